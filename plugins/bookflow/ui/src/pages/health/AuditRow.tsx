import { Box, Table, Text } from "@chakra-ui/react";

import type { AuditItem } from "../../api/schema";
import { paths } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { PageLink } from "../../links/PageLink";
import { listChanges, spellChange } from "./auditChanges";

const SHOWN_CHANGES = 4;

/** One change: who, what, and the values that differ. */
export function AuditRow({ entry }: { entry: AuditItem }) {
  const changes = listChanges(entry.before, entry.after);
  const hidden = changes.slice(SHOWN_CHANGES);
  return (
    <Table.Row verticalAlign="top">
      <Table.Cell>
        <Moment at={entry.at} />
      </Table.Cell>
      <Table.Cell overflowWrap="anywhere">{entry.actor.replace(/^user:/, "")}</Table.Cell>
      <Table.Cell minWidth="9rem">
        {spellChange(entry.what)}
        {entry.action ? (
          <Text fontSize="xs" color="fg.muted">
            by the action “{entry.action}”
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell overflowWrap="anywhere">
        <Subject entry={entry} />
        {entry.execution_id ? (
          <Text fontSize="xs">
            <PageLink to={paths.execution(entry.execution_id)}>its execution</PageLink>
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell minWidth="18rem" maxWidth="32rem" fontSize="xs">
        {changes.slice(0, SHOWN_CHANGES).map((one) => (
          <ChangedValue key={one.key} change={one} />
        ))}
        {hidden.length ? (
          <details>
            <summary>{hidden.length} more</summary>
            {hidden.map((one) => (
              <ChangedValue key={one.key} change={one} />
            ))}
          </details>
        ) : null}
      </Table.Cell>
    </Table.Row>
  );
}

function ChangedValue({
  change: { key, before, after },
}: {
  change: ReturnType<typeof listChanges>[number];
}) {
  return (
    <Box overflowWrap="anywhere" lineClamp={6}>
      {key ? <b>{key}: </b> : null}
      <Text as="span" color="fg.muted">
        {before}
      </Text>{" "}
      → {after}
    </Box>
  );
}

function Subject({ entry: { what, subject } }: { entry: AuditItem }) {
  if (!subject) return "–";
  if (what.startsWith("workflow."))
    return <PageLink to={paths.workflow(subject)}>{subject}</PageLink>;
  if (what.startsWith("booking."))
    return <PageLink to={paths.booking(subject)}>{subject}</PageLink>;
  if (what.startsWith("incident."))
    return <PageLink to={paths.incident(subject)}>its page</PageLink>;
  return subject;
}
