import { Button, CloseButton, Dialog, Portal } from "@chakra-ui/react";
import { type ReactNode, useState } from "react";

import { Notice } from "../../states/Notice";

interface Props {
  /** What the button that opens it says, and the one that confirms. */
  label: string;
  /** The button's name for screen readers, where several say the same. */
  about: string;
  confirm: string;
  title: string;
  /** Why the button can't be used; absent where it can. */
  hindrance?: string;
  isPending: boolean;
  problem: Error | null;
  /** Does it; calls back where it went well. */
  onConfirm: (close: () => void) => void;
  onOpen: () => void;
  children: ReactNode;
}

/** A button that asks before something is done, and says why where that is refused. */
export function ConfirmDialog(props: Props) {
  const { label, about, confirm, title, hindrance, isPending, problem, onConfirm, onOpen } = props;
  const [isOpen, setIsOpen] = useState(false);
  if (hindrance) {
    return (
      <Button size="xs" variant="outline" disabled aria-label={about} title={hindrance}>
        {label}
      </Button>
    );
  }
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={({ open }) => {
        if (open) onOpen();
        setIsOpen(open);
      }}
    >
      <Dialog.Trigger asChild>
        <Button size="xs" variant="outline" aria-label={about}>
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
            <Dialog.Body overflowWrap="anywhere">
              {props.children}
              {problem ? (
                <Notice kind="error" title="That was refused">
                  {problem.message}
                </Notice>
              ) : null}
            </Dialog.Body>
            <Dialog.Footer>
              <Dialog.ActionTrigger asChild>
                <Button variant="outline">Leave it as it is</Button>
              </Dialog.ActionTrigger>
              <Button
                loading={isPending}
                onClick={() => {
                  onConfirm(() => {
                    setIsOpen(false);
                  });
                }}
              >
                {confirm}
              </Button>
            </Dialog.Footer>
            <Dialog.CloseTrigger asChild>
              <CloseButton size="sm" aria-label="Close" />
            </Dialog.CloseTrigger>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
