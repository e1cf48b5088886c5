import { Button, HStack, Text } from "@chakra-ui/react";

import { useSpecSchema } from "../../../api/builder";
import { typesIn } from "../actionTypes";
import { useEditing } from "../editing";
import { useActionEdits } from "../useActionEdits";
import { useChosen } from "../useChosen";

/** What a dragged kind of action carries. */
export const DRAGGED_TYPE = "application/x-bookflow-action";

/** The kinds of actions; a click adds one after the chosen, dragging puts it where it is dropped. */
export function Palette() {
  const { isLocked } = useEditing();
  const { data } = useSpecSchema();
  const { add } = useActionEdits();
  const [chosen] = useChosen();
  if (isLocked) return null;
  const where = chosen === null ? "at the end" : "after the chosen action";
  const how = `Drag it into the flow, or click to add it ${where}.`;
  return (
    <HStack gap={2} wrap="wrap" mb={2} role="group" aria-label="Add an action">
      <Text fontSize="sm" color="fg.muted">
        Add
      </Text>
      {typesIn(data).map(({ type, label, help, Icon }) => (
        <Button
          key={type}
          size="xs"
          variant="outline"
          draggable
          title={`${help} ${how}`.trim()}
          onDragStart={({ dataTransfer }) => {
            dataTransfer.setData(DRAGGED_TYPE, type);
            dataTransfer.effectAllowed = "copy";
          }}
          onClick={() => {
            add(type, undefined, chosen);
          }}
        >
          <Icon aria-hidden /> {label}
        </Button>
      ))}
    </HStack>
  );
}
