import { Button, HStack, IconButton, Switch } from "@chakra-ui/react";
import { ArrowDown, ArrowUp, Copy, SplitSquareHorizontal, Trash2 } from "lucide-react";

import { beside, earlier, later } from "../draft/levels";
import { actionsOf } from "../draft/spec";
import { useEditing } from "../editing";
import { useActionEdits } from "../useActionEdits";

/** Everything that dragging does, and more, as buttons. */
export function ActionTools({ position }: { position: number }) {
  const { spec } = useEditing();
  const edits = useActionEdits();
  const actions = actionsOf(spec);
  const isOn = actions[position]?.is_active !== false;
  const steps = [
    { step: "earlier", label: "Move earlier", Icon: ArrowUp, place: earlier(actions, position) },
    { step: "later", label: "Move later", Icon: ArrowDown, place: later(actions, position) },
    {
      step: "beside",
      label: "Run side by side with the step before",
      Icon: SplitSquareHorizontal,
      place: beside(actions, position),
    },
  ] as const;
  return (
    <HStack gap={1} wrap="wrap" role="group" aria-label="Change this action" mb={3}>
      {steps.map(({ step, label, Icon, place }) => (
        <IconButton
          key={step}
          size="xs"
          variant="outline"
          aria-label={label}
          title={label}
          disabled={place === null}
          onClick={() => {
            edits.step(position, step);
          }}
        >
          <Icon />
        </IconButton>
      ))}
      <Button
        size="xs"
        variant="outline"
        onClick={() => {
          edits.duplicate(position);
        }}
      >
        <Copy aria-hidden /> Duplicate
      </Button>
      <Button
        size="xs"
        variant="outline"
        colorPalette="red"
        onClick={() => {
          edits.remove(position);
        }}
      >
        <Trash2 aria-hidden /> Delete
      </Button>
      <Switch.Root
        size="sm"
        ml={1}
        checked={isOn}
        onCheckedChange={({ checked }) => {
          edits.switchOn(position, checked);
        }}
      >
        <Switch.HiddenInput />
        <Switch.Control />
        <Switch.Label>Active</Switch.Label>
      </Switch.Root>
    </HStack>
  );
}
