import { CloseButton, Dialog, Portal } from "@chakra-ui/react";
import type { ComponentProps, ReactNode } from "react";

interface Props {
  title: ReactNode;
  size: "md" | "lg" | "xl";
  role?: "alertdialog";
  scrollBehavior?: "inside";
  /** Whether a cross closes it, beside the buttons of the footer. */
  hasCross?: boolean;
  body?: ComponentProps<typeof Dialog.Body>;
  onClose: () => void;
  /** What stands in it; the `footer` is its `Dialog.Footer`. */
  children: ReactNode;
  footer: ReactNode;
}

/** A dialog that is there for as long as it is rendered. */
export function OpenDialog(props: Props) {
  const { title, size, role, scrollBehavior, hasCross = false, body, onClose, children } = props;
  return (
    <Dialog.Root
      open
      size={size}
      role={role}
      scrollBehavior={scrollBehavior}
      onOpenChange={({ open }) => {
        if (!open) onClose();
      }}
    >
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>{title}</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body {...body}>{children}</Dialog.Body>
            {props.footer}
            {hasCross ? (
              <Dialog.CloseTrigger asChild>
                <CloseButton size="sm" aria-label="Close" />
              </Dialog.CloseTrigger>
            ) : null}
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
