import { HStack, Text } from "@chakra-ui/react";
import { CircleCheck, CircleX, SkipForward } from "lucide-react";

import type { ExecutionSummary } from "../../api/schema";

type Counts = Pick<ExecutionSummary, "actions_executed" | "actions_skipped" | "actions_failed">;

/** How many actions were done, skipped and failed; what there is none of is left out. */
export function ActionFigures(counts: Counts) {
  const figures = [
    { count: counts.actions_executed, word: "done", icon: CircleCheck, color: "fg.success" },
    { count: counts.actions_skipped, word: "skipped", icon: SkipForward, color: "fg.muted" },
    { count: counts.actions_failed, word: "failed", icon: CircleX, color: "fg.error" },
  ].filter(({ count }) => count > 0);
  if (figures.length === 0) return <Text color="fg.muted">none yet</Text>;
  return (
    <HStack gap={3} wrap="wrap">
      {figures.map(({ count, word, icon: Icon, color }) => (
        <HStack key={word} gap={1} whiteSpace="nowrap">
          <Text as="span" color={color}>
            <Icon aria-hidden size={14} />
          </Text>
          {count} {word}
        </HStack>
      ))}
    </HStack>
  );
}
