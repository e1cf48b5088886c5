import { Badge, Box, Flex, Icon, Text } from "@chakra-ui/react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { Zap } from "lucide-react";

import { textOf } from "../draft/spec";
import { triggerInWords } from "../draft/summary";
import { useFlow } from "./flowContext";
import type { TriggerData } from "./graph";
import { BOX } from "./layout";

/** What starts the workflow, as the first box of the flow; it opens the workflow's settings. */
export function TriggerNode({ data }: NodeProps) {
  const { spec, isChosen, wrong } = data as TriggerData;
  const { choose } = useFlow();
  const words = triggerInWords(spec);
  const types = Array.isArray(spec.event_types) ? spec.event_types.map(textOf).join(", ") : "";
  return (
    <Box
      as="button"
      width={`${String(BOX.width)}px`}
      height={`${String(BOX.height)}px`}
      textAlign="left"
      bg={{ base: "bg.subtle", _dark: "bg.emphasized" }}
      borderWidth={isChosen ? "2px" : "1px"}
      borderColor={wrong ? "border.error" : isChosen ? "colorPalette.focusRing" : "border"}
      borderRadius="xl"
      px={3}
      py={2}
      cursor="pointer"
      aria-pressed={isChosen}
      onClick={() => {
        choose(null);
      }}
    >
      <Flex gap={2} align="center">
        <Icon boxSize={4} color="fg.muted" aria-hidden>
          <Zap />
        </Icon>
        <Text fontWeight="medium" fontSize="sm" lineClamp={2} flex={1}>
          {words.charAt(0).toUpperCase() + words.slice(1)}
        </Text>
        {wrong ? (
          <Badge size="xs" colorPalette="red">
            {wrong} to mend
          </Badge>
        ) : null}
      </Flex>
      <Text fontSize="xs" color="fg.muted" truncate mt={0.5}>
        {types ? `for ${types}` : "for every event type"}
      </Text>
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={HIDDEN} />
    </Box>
  );
}

const HIDDEN = { opacity: 0, pointerEvents: "none" } as const;
