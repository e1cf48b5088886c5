import { Box, Button, Field, HStack, NativeSelect, Stack, Table, Text } from "@chakra-ui/react";
import { useState } from "react";

import { useExecutions } from "../../api/executions";
import type { TrialChange, WhatIf } from "../../api/schema";
import { type TrialInput, useWhatIf } from "../../api/trials";
import { Empty } from "../../states/Empty";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { formatMoment } from "../../times/formats";
import { show } from "../builder/conditions/traces";
import { TrialResult } from "./TrialResult";

interface Props {
  workflow: string;
  /** The unsaved edit; without one there is nothing to compare. */
  edited: Pick<TrialInput, "spec" | "yaml"> | undefined;
}

/** Replays a past execution on the saved workflow and on the unsaved edit, and says what differs. */
export function PastExecution({ workflow, edited }: Props) {
  const [execution, setExecution] = useState("");
  const past = useExecutions({ workflow }, 20);
  const whatIf = useWhatIf(workflow);
  if (!edited) {
    return (
      <Empty title="You have no unsaved changes">
        Change the workflow under Edit and come back without saving: here you then see what would
        have been different for something that really happened.
      </Empty>
    );
  }
  const executions = past.data?.pages.flatMap((page) => page.executions) ?? [];
  return (
    <Stack gap={4}>
      <HStack gap={2} align="flex-end" wrap="wrap">
        <Field.Root width="auto">
          <Field.Label fontSize="sm">What would my changes have done to</Field.Label>
          <NativeSelect.Root size="sm" width={{ base: "full", sm: "24rem" }}>
            <NativeSelect.Field
              value={execution}
              onChange={({ currentTarget }) => {
                setExecution(currentTarget.value);
              }}
            >
              <option value="">Choose an execution</option>
              {executions.map(({ id, booking_id, created_at, status }) => (
                <option key={id} value={id}>
                  {`${created_at ? formatMoment(created_at) : ""}: ${booking_id ?? "no booking"}, ${status}`}
                </option>
              ))}
            </NativeSelect.Field>
            <NativeSelect.Indicator />
          </NativeSelect.Root>
        </Field.Root>
        <Button
          size="sm"
          disabled={!execution}
          loading={whatIf.isPending}
          onClick={() => {
            whatIf.mutate({ ...edited, execution_id: execution });
          }}
        >
          Compare
        </Button>
      </HStack>
      {whatIf.error ? <Failure problem={whatIf.error} /> : null}
      {whatIf.data ? <Differences found={whatIf.data} /> : null}
    </Stack>
  );
}

function Differences({ found: { difference, after, booking } }: { found: WhatIf }) {
  const changes = [
    ...difference.workflow.map((change) => ({ of: "Workflow", change })),
    ...difference.actions.flatMap(({ name, changes: own }) =>
      own.map((change) => ({ of: name, change })),
    ),
  ];
  const moved = difference.actions.filter(
    ({ change }) => change === "added" || change === "removed",
  );
  return (
    <>
      {difference.is_changed ? null : (
        <Notice kind="success" title="Nothing would have been different">
          Your changes make no difference to this execution.
        </Notice>
      )}
      {moved.map(({ name, change }) => (
        <Text key={name} fontSize="sm">
          The action <b>{name}</b> is {change}.
        </Text>
      ))}
      {changes.length ? <ChangeTable changes={changes} /> : null}
      <Box as="section" aria-label="With your changes">
        <TrialResult trial={{ ...after, booking }} />
      </Box>
    </>
  );
}

function ChangeTable({ changes }: { changes: { of: string; change: TrialChange }[] }) {
  return (
    <Table.ScrollArea borderWidth="1px" borderRadius="md">
      <Table.Root size="sm">
        <Table.Header>
          <Table.Row>
            <Table.ColumnHeader>Action</Table.ColumnHeader>
            <Table.ColumnHeader>What</Table.ColumnHeader>
            <Table.ColumnHeader>As saved</Table.ColumnHeader>
            <Table.ColumnHeader>With your changes</Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {changes.map(({ of, change: { field, recipient, before, after } }, index) => (
            <Table.Row key={index}>
              <Table.Cell>{of}</Table.Cell>
              <Table.Cell>{recipient ? `${field}, ${recipient}` : field}</Table.Cell>
              <Table.Cell>{show(before)}</Table.Cell>
              <Table.Cell>{show(after)}</Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}
