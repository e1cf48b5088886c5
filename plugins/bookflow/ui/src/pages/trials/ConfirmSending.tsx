import { Button, Dialog, List, Text } from "@chakra-ui/react";

import type { SendTo, Trial } from "../../api/schema";
import { OpenDialog } from "../../dialogs/OpenDialog";
import type { Channel, Places } from "./testPlaces";
import { sayCount } from "./trialView";

interface Props {
  to: Record<keyof SendTo, string>;
  /** Where it goes by itself. */
  places: Record<Channel, Places>;
  trial: Trial;
  onCancel: () => void;
  onSend: () => void;
}

/** Asks once more before anything is sent, and says where to. */
export function ConfirmSending({ to, places, trial, onCancel, onSend }: Props) {
  const messages = trial.actions.flatMap((action) => action.messages);
  const count = (channel: string) => messages.filter((one) => one.channel === channel).length;
  const shown = [
    { channel: "email", name: "e-mail", place: to.email || places.email.otherwise },
    { channel: "sms", name: "text message", place: to.phone || places.sms.otherwise },
    { channel: "webhook", name: "request", place: to.webhook_url || places.webhook.otherwise },
  ].map(({ place, ...rest }) => ({ ...rest, place: place ?? "nobody: no place is allowed" }));
  return (
    <OpenDialog
      title="Really send this test?"
      size="md"
      role="alertdialog"
      onClose={onCancel}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onCancel}>
            Do not send
          </Button>
          <Button colorPalette="orange" onClick={onSend}>
            Send now
          </Button>
        </Dialog.Footer>
      }
    >
      <Text mb={2}>The first messages of each action go out now, marked as a test:</Text>
      <List.Root ps={4}>
        {shown
          .filter(({ channel }) => count(channel) > 0)
          .map(({ channel, name, place }) => (
            <List.Item key={channel} overflowWrap="anywhere">
              {sayCount(count(channel), name)} to <b>{place}</b>
            </List.Item>
          ))}
      </List.Root>
    </OpenDialog>
  );
}
