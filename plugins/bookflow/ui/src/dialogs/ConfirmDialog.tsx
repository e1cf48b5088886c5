import { Button, CloseButton, Dialog, Portal } from "@chakra-ui/react";
import { type ReactNode, useState } from "react";

import { Notice } from "../states/Notice";

interface Props {
  /** What the button that opens it says, and the one that confirms. */
  label: string;
  confirm: string;
  title: string;
  /** The button's name for screen readers, where several say the same. */
  about?: string;
  palette?: string | undefined;
  size?: "xs" | "sm";
  /** Why the button can't be used; absent where it can. */
  hindrance?: string | undefined;
  isPending: boolean;
  problem: Error | null;
  onOpen: () => void;
  /** Does it; calls back where it went well. */
  onConfirm: (close: () => void) => void;
  children: ReactNode;
}

/** A button that asks before something is done, and says why where that is refused. */
export function ConfirmDialog(props: Props) {
  const { label, about, palette, size = "xs", hindrance, onOpen } = props;
  const [isOpen, setIsOpen] = useState(false);
  if (hindrance) {
    return (
      <Button size={size} variant="outline" disabled aria-label={about} title={hindrance}>
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
        <Button size={size} variant="outline" colorPalette={palette} aria-label={about}>
          {label}
        </Button>
      </Dialog.Trigger>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Question
            {...props}
            onClose={() => {
              setIsOpen(false);
            }}
          />
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}

function Question(props: Props & { onClose: () => void }) {
  const { title, confirm, palette, isPending, problem, onConfirm, onClose, children } = props;
  return (
    <Dialog.Content>
      <Dialog.Header>
        <Dialog.Title>{title}</Dialog.Title>
      </Dialog.Header>
      <Dialog.Body overflowWrap="anywhere">
        {children}
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
          colorPalette={palette}
          loading={isPending}
          onClick={() => {
            onConfirm(onClose);
          }}
        >
          {confirm}
        </Button>
      </Dialog.Footer>
      <Dialog.CloseTrigger asChild>
        <CloseButton size="sm" aria-label="Close" />
      </Dialog.CloseTrigger>
    </Dialog.Content>
  );
}
