import { Stack, Text } from "@chakra-ui/react";

import type { WorkflowSummary } from "../../api/schema";
import { StatusBadge } from "../../badges/StatusBadge";

/** Whether a workflow works; of an invalid one also what is wrong first. */
export function WorkflowState({ workflow }: { workflow: WorkflowSummary }) {
  const [first, ...others] = workflow.errors;
  const all = workflow.errors.map(({ line, message }) => `Line ${String(line)}: ${message}`);
  return (
    <Stack gap={1} align="start" title={all.join("\n") || undefined}>
      <StatusBadge status={workflow.state} />
      {first ? (
        <Text fontSize="xs" color="red.fg" maxWidth="22rem" lineClamp={3} overflowWrap="anywhere">
          {first.line ? `Line ${String(first.line)}: ` : ""}
          {first.message}
          {others.length ? ` (and ${String(others.length)} more)` : ""}
        </Text>
      ) : null}
    </Stack>
  );
}
