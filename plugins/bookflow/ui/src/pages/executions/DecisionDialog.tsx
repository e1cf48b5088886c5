import { Button, CloseButton, Dialog, Portal, Text } from "@chakra-ui/react";
import { type ReactNode, useState } from "react";

import { type Decision, useDecision } from "../../api/executions";
import { useSay } from "../../app/Announcer";
import { Notice } from "../../states/Notice";

interface Props {
  execution: { id: string };
  /** What the button that opens it says, and the one that confirms. */
  label: string;
  confirm: string;
  title: string;
  palette?: string;
  size?: "xs" | "sm";
  /** What was decided once it is confirmed. */
  decision: () => Decision;
  /** What is said when it is done. */
  done: string;
  children: ReactNode;
}

/** A button that asks before it decides about an execution, and says why where that is refused. */
export function DecisionDialog(props: Props) {
  const { execution, label, confirm, title, palette, size = "sm", decision, done } = props;
  const [isOpen, setIsOpen] = useState(false);
  const say = useSay();
  const { mutate, isPending, error, reset } = useDecision(execution.id);
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={({ open }) => {
        setIsOpen(open);
        reset();
      }}
    >
      <Dialog.Trigger asChild>
        <Button size={size} variant="outline" colorPalette={palette}>
          {label}
        </Button>
      </Dialog.Trigger>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>{title}</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body>
              {props.children}
              {error ? (
                <Notice kind="error" title="That was refused">
                  <Text>{error.message}</Text>
                </Notice>
              ) : null}
            </Dialog.Body>
            <Dialog.Footer>
              <Dialog.ActionTrigger asChild>
                <Button variant="outline">Leave it as it is</Button>
              </Dialog.ActionTrigger>
              <Button
                colorPalette={palette}
                loading={isPending}
                onClick={() => {
                  mutate(decision(), {
                    onSuccess: () => {
                      setIsOpen(false);
                      say(done);
                    },
                  });
                }}
              >
                {confirm}
              </Button>
            </Dialog.Footer>
            <Dialog.CloseTrigger asChild>
              <CloseButton size="sm" />
            </Dialog.CloseTrigger>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
