import { Box, HStack, List, Text } from "@chakra-ui/react";

import { Outcome } from "./Outcome";
import { type GroupTrace, isGroupTrace, type Trace } from "./traces";

/** How conditions went on a booking: every group and rule, with the value that was found. */
export function TraceTree({ traces }: { traces: GroupTrace[] }) {
  return (
    <List.Root variant="plain" gap={2}>
      {traces.map((trace, index) => (
        <TraceItem key={index} trace={trace} />
      ))}
    </List.Root>
  );
}

function TraceItem({ trace }: { trace: Trace }) {
  if (!isGroupTrace(trace)) {
    return (
      <List.Item>
        <Outcome trace={trace} />
      </List.Item>
    );
  }
  return (
    <List.Item>
      <HStack gap={2} mb={1}>
        <Text fontSize="xs" fontWeight="medium">
          {sayGroup(trace)}
        </Text>
        <Outcome trace={trace} />
      </HStack>
      <Box borderLeftWidth="2px" pl={3} ml={1}>
        <List.Root variant="plain" gap={1}>
          {trace.rules.map((rule, index) => (
            <TraceItem key={index} trace={rule} />
          ))}
        </List.Root>
      </Box>
    </List.Item>
  );
}

function sayGroup({ operator, negate }: GroupTrace): string {
  if (negate) return operator === "OR" ? "None of these" : "Not all of these";
  return operator === "OR" ? "At least one of these" : "All of these";
}
