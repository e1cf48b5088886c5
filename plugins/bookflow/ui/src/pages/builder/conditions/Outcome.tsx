import { Badge, HStack, Text } from "@chakra-ui/react";
import { CircleCheck, CircleMinus } from "lucide-react";

import { Pieces } from "../../../states/Ticked";
import { isGroupTrace, sayTrace, type Trace } from "./traces";

/** Whether a rule or group holds on the booking, and why; in words, with a mark. */
export function Outcome({ trace }: { trace: Trace }) {
  if (isGroupTrace(trace)) {
    return (
      <Badge colorPalette={trace.holds ? "green" : "orange"} variant="subtle">
        {trace.holds ? "met" : "not met"}
      </Badge>
    );
  }
  const Mark = trace.holds ? CircleCheck : CircleMinus;
  return (
    <HStack gap={1.5} align="flex-start" fontSize="xs" color="fg.muted" minWidth={0}>
      <Text as="span" color={trace.holds ? "green.fg" : "orange.fg"} pt={0.5} flexShrink={0}>
        <Mark size={13} aria-hidden />
      </Text>
      <Text as="span" minWidth={0} overflowWrap="anywhere">
        <Pieces of={sayTrace(trace)} />
      </Text>
    </HStack>
  );
}
