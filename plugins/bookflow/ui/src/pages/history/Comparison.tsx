import { Button, Field, Flex, Heading, NativeSelect, Text } from "@chakra-ui/react";

import type { WorkflowVersion } from "../../api/schema";
import { useDifference, useVersionText } from "../../api/versions";
import { Answer } from "../../states/Answer";
import { YamlText } from "../templates/YamlText";
import { Diff } from "../../diff/Diff";
import { parseDiff } from "../../diff/diffLines";
import type { useHistoryView } from "./historyView";
import { nameVersion } from "./versionNames";

interface Props {
  id: string;
  versions: WorkflowVersion[];
  view: ReturnType<typeof useHistoryView>;
}

/** Two versions side by side, or the file as it was. */
export function Comparison({ id, versions, view }: Props) {
  const { from, to, file, show } = view;
  const kept = versions.filter(({ is_deleted }) => !is_deleted);
  return (
    <>
      <Heading as="h2" size="md" mb={3}>
        Compare
      </Heading>
      <Flex gap={3} wrap="wrap" mb={4}>
        <VersionChoice
          id={id}
          label="From"
          first="Choose a version"
          value={from}
          versions={kept}
          onChoose={(commit) => {
            show({ from: commit, to: to ?? undefined });
          }}
        />
        <VersionChoice
          id={id}
          label="To"
          first="As it is now"
          value={to}
          versions={kept}
          onChoose={(commit) => {
            show({ from: from ?? undefined, to: commit });
          }}
        />
      </Flex>
      {file ? <FileThen id={id} commit={file} versions={versions} /> : null}
      {from && !file ? <Changes id={id} {...inOrder(versions, from, to)} /> : null}
      {from || file ? (
        <Button
          mt={3}
          size="xs"
          variant="ghost"
          onClick={() => {
            show({});
          }}
        >
          Close
        </Button>
      ) : (
        <Text color="fg.muted">
          Choose two versions, or ask one in the list what it changed or what has changed since.
        </Text>
      )}
    </>
  );
}

/** Puts the older version first, whichever way round they were chosen. */
export function inOrder(versions: WorkflowVersion[], from: string, to: string | null) {
  const place = (commit: string) => versions.findIndex((version) => version.commit === commit);
  if (to !== null && place(to) > place(from) && place(from) >= 0) return { from: to, to: from };
  return { from, to };
}

function Changes({ id, from, to }: { id: string; from: string; to: string | null }) {
  const query = useDifference(id, from, to);
  return (
    <Answer query={query} what="the difference">
      {({ diff }) => <Diff lines={parseDiff(diff)} />}
    </Answer>
  );
}

interface FileProps {
  id: string;
  commit: string;
  versions: WorkflowVersion[];
}

function FileThen({ id, commit, versions }: FileProps) {
  const query = useVersionText(id, commit);
  const version = versions.find((one) => one.commit === commit);
  return (
    <>
      <Text fontSize="sm" color="fg.muted" mb={2}>
        The file as of {version ? nameVersion(id, version) : commit.slice(0, 8)}
      </Text>
      <Answer query={query} what="the file">
        {({ yaml }) => <YamlText text={yaml} label="The file as it was" />}
      </Answer>
    </>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  first: string;
  value: string | null;
  versions: WorkflowVersion[];
  onChoose: (commit: string) => void;
}

function VersionChoice({ id, label, first, value, versions, onChoose }: ChoiceProps) {
  const isKnown = versions.some(({ commit }) => commit === value);
  return (
    <Field.Root flex="1 1 12rem" minWidth={0}>
      <Field.Label fontSize="xs">{label}</Field.Label>
      <NativeSelect.Root size="sm">
        <NativeSelect.Field
          value={value ?? ""}
          onChange={(event) => {
            onChoose(event.target.value);
          }}
        >
          <option value="">{first}</option>
          {value && !isKnown ? <option value={value}>{value.slice(0, 8)}</option> : null}
          {versions.map((version) => (
            <option key={version.commit} value={version.commit}>
              {nameVersion(id, version)}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    </Field.Root>
  );
}
