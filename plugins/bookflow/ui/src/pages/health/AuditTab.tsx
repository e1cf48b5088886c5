import { Field, Flex, Input, Stack, Table } from "@chakra-ui/react";
import { useEffect, useState } from "react";

import { useAudit } from "../../api/health";
import { Empty } from "../../states/Empty";
import { useSearchParts } from "../../urlState/useSearchParts";
import { CHANGE_KINDS } from "./auditChanges";
import { AuditRow } from "./AuditRow";
import { Choice } from "./Choice";
import { PagedList } from "./PagedList";

/** Who changed what, and when. */
export function AuditTab() {
  const [search, change] = useSearchParts();
  const actor = search.get("actor") ?? "";
  const what = search.get("what") ?? "";
  const subject = search.get("subject") ?? "";
  const list = useAudit({
    actor: actor || undefined,
    what: what || undefined,
    subject: subject || undefined,
  });
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack gap={3}>
      <Flex gap={3} wrap="wrap">
        <TypedFilter
          label="Who"
          hint="A user, or workflow:welcome"
          value={actor}
          onType={(text) => {
            change({ actor: text });
          }}
        />
        <Choice
          label="What"
          value={what}
          options={{ "": "All changes", ...CHANGE_KINDS }}
          onChoose={(value) => {
            change({ what: value });
          }}
        />
        <TypedFilter
          label="Of what"
          hint="Id of a workflow or booking"
          value={subject}
          onType={(text) => {
            change({ subject: text });
          }}
        />
      </Flex>
      <PagedList
        list={list}
        what="the audit trail"
        isEmpty={entries.length === 0}
        empty={
          <Empty title="No changes">
            {actor || what || subject
              ? "None fits the filters, which look for whole names."
              : "Each change that people and workflows make is listed here."}
          </Empty>
        }
      >
        <Table.ScrollArea whiteSpace="normal" tabIndex={0} role="group" aria-label="Audit trail">
          <Table.Root size="sm" aria-label="Audit trail">
            <Table.Header>
              <Table.Row>
                {["When", "Who", "What", "Of what", "Changes"].map((name) => (
                  <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
                ))}
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {entries.map((entry) => (
                <AuditRow key={entry.id} entry={entry} />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      </PagedList>
    </Stack>
  );
}

const TYPING_MS = 300;

interface TypedFilterProps {
  label: string;
  hint: string;
  value: string;
  onType: (text: string) => void;
}

/** A filter that is typed; it filters once one pauses. */
function TypedFilter({ label, hint, value, onType }: TypedFilterProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => {
      onType(typed.trim());
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  });
  return (
    <Field.Root width="auto">
      <Field.Label fontSize="xs">{label}</Field.Label>
      <Input
        type="search"
        size="sm"
        width="14rem"
        placeholder={hint}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
    </Field.Root>
  );
}
