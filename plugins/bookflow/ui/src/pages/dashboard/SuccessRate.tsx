import { Text } from "@chakra-ui/react";

import type { Figures } from "../../api/schema";

/** The share of executions that completed, and how many failed. */
export function SuccessRate({ figures }: { figures: Figures }) {
  const { success_rate, failed_executions, total_executions } = figures;
  if (success_rate === null) {
    return (
      <Text as="span" color="fg.muted">
        {total_executions ? "None ended yet" : "Never ran"}
      </Text>
    );
  }
  return (
    <Text as="span" whiteSpace="nowrap">
      {formatRate(success_rate)}
      {failed_executions ? (
        <Text as="span" color="red.fg" fontSize="xs" ml={2}>
          {failed_executions.toLocaleString()} failed
        </Text>
      ) : null}
    </Text>
  );
}

/** Per cent for people; what is not all is never rounded up to 100. */
export function formatRate(rate: number): string {
  const rounded = Math.floor(rate * 10) / 10;
  return `${rounded.toLocaleString()} %`;
}
