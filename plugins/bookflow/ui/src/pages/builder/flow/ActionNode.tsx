import { Badge, Box, Flex, Icon, Text } from "@chakra-ui/react";
import { Handle, type NodeProps, Position } from "@xyflow/react";

import { typeOf } from "../actionTypes";
import { textOf } from "../draft/spec";
import { actionInWords } from "../draft/summary";
import { useFlow } from "./flowContext";
import type { ActionData } from "./graph";
import { BOX } from "./layout";

/** An action as a box of the flow; chosen by a click or Enter, moved by dragging or Alt and arrows. */
export function ActionNode({ data }: NodeProps) {
  const { action, position, isChosen, wrong } = data as ActionData;
  const { choose, onKey, onFocus } = useFlow();
  const { Icon: TypeIcon, label } = typeOf(textOf(action.type));
  const isOff = action.is_active === false;
  const name = textOf(action.name) || label;
  return (
    <Box
      as="button"
      width={`${String(BOX.width)}px`}
      height={`${String(BOX.height)}px`}
      textAlign="left"
      bg={{ base: "bg.panel", _dark: "bg.muted" }}
      borderWidth={isChosen ? "2px" : "1px"}
      borderStyle={isOff ? "dashed" : "solid"}
      borderColor={wrong ? "border.error" : isChosen ? "colorPalette.focusRing" : "border"}
      borderRadius="md"
      boxShadow={isChosen ? "sm" : "none"}
      px={3}
      py={2}
      cursor="pointer"
      opacity={isOff ? 0.7 : 1}
      aria-pressed={isChosen}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Delete"
      data-action={position}
      onClick={() => {
        choose(position);
      }}
      onKeyDown={(event) => {
        onKey(event, position);
      }}
      onFocus={() => {
        onFocus(position);
      }}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} style={HIDDEN} />
      <Flex gap={2} align="center">
        <Icon boxSize={4} color="fg.muted" aria-hidden>
          <TypeIcon />
        </Icon>
        <Text fontWeight="medium" fontSize="sm" truncate flex={1}>
          {name}
        </Text>
        {wrong ? (
          <Badge size="xs" colorPalette="red">
            {wrong} to mend
          </Badge>
        ) : null}
        {isOff ? <Badge size="xs">off</Badge> : null}
      </Flex>
      <Text fontSize="xs" color="fg.muted" lineClamp={2} mt={0.5}>
        {actionInWords(action)}
      </Text>
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={HIDDEN} />
    </Box>
  );
}

const HIDDEN = { opacity: 0, pointerEvents: "none" } as const;
