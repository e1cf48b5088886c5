import { Button, Dialog, List, Portal, Text } from "@chakra-ui/react";

import type { SendTo, Trial, TrialMessage } from "../../api/schema";
import { sayCount } from "./trialView";

interface Props {
  isOpen: boolean;
  to: Record<keyof SendTo, string>;
  trial: Trial;
  onCancel: () => void;
  onSend: () => void;
}

/** Asks once more before anything is sent, and says where to. */
export function ConfirmSending({ isOpen, to, trial, onCancel, onSend }: Props) {
  const messages = trial.actions.flatMap((action) => action.messages);
  const count = (channel: string) => messages.filter((one) => one.channel === channel).length;
  const places = [
    ["email", "e-mail", to.email || "your own e-mail address in Airflow"],
    ["sms", "text message", to.phone || "the first phone number that is allowed"],
    ["webhook", "request", to.webhook_url || "a URL that is allowed"],
  ] as const satisfies [TrialMessage["channel"], string, string][];
  return (
    <Dialog.Root
      role="alertdialog"
      lazyMount
      open={isOpen}
      onOpenChange={({ open }) => {
        if (!open) onCancel();
      }}
    >
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>Really send this test?</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body>
              <Text mb={2}>The first messages of each action go out now, marked as a test:</Text>
              <List.Root ps={4}>
                {places
                  .filter(([channel]) => count(channel) > 0)
                  .map(([channel, name, place]) => (
                    <List.Item key={channel} overflowWrap="anywhere">
                      {sayCount(count(channel), name)} to <b>{place}</b>
                    </List.Item>
                  ))}
              </List.Root>
            </Dialog.Body>
            <Dialog.Footer>
              <Button variant="outline" onClick={onCancel}>
                Do not send
              </Button>
              <Button colorPalette="orange" onClick={onSend}>
                Send now
              </Button>
            </Dialog.Footer>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}
