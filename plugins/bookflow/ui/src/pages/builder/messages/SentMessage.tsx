import { Badge, Box, HStack, Text } from "@chakra-ui/react";

import type { TrialMessage } from "../../../api/schema";
import { sayWait } from "./contentParts";
import { EmailContent } from "./EmailContent";
import { SmsContent } from "./SmsContent";
import { UpdateContent } from "./UpdateContent";
import { WebhookContent } from "./WebhookContent";

interface Props {
  channel: string;
  content: Record<string, unknown>;
  /** The fields of the booking as they are now, by the names of conditions. */
  before?: Record<string, unknown>;
}

/** The content of one message, as whoever gets it sees it. */
export function SentMessage({ channel, content, before }: Props) {
  switch (channel) {
    case "email":
      return <EmailContent content={content} />;
    case "sms":
      return <SmsContent content={content} />;
    case "update":
      return <UpdateContent fields={content.fields} before={before} />;
    default:
      return <WebhookContent content={content} />;
  }
}

const WHOM: Record<string, string> = {
  email: "E-mail to",
  sms: "Text message to",
  webhook: "Request to",
  update: "Change of booking",
};

/** Says which person it is; further attendees have a key of their own after a colon. */
function nameRecipient(recipient: string): string {
  return recipient.startsWith("invitee:") ? "attendee" : recipient.replace(/:.*$/s, "");
}

/** Says to whom a message goes, and what it waits for. */
export function MessageHead({ message }: { message: TrialMessage }) {
  const { recipient, channel, address, reason, waits_for } = message;
  const isPerson = channel === "email" || channel === "sms";
  return (
    <Box mb={2}>
      <HStack gap={2} wrap="wrap" fontSize="sm">
        <Text overflowWrap="anywhere">
          {WHOM[channel] ?? channel} <b>{address || "nobody"}</b>
        </Text>
        {isPerson ? <Badge variant="outline">{nameRecipient(recipient)}</Badge> : null}
        {waits_for ? <Badge colorPalette="orange">waits for {sayWait(waits_for)}</Badge> : null}
      </HStack>
      {reason ? (
        <Text fontSize="xs" color="fg.muted">
          {reason}
        </Text>
      ) : null}
    </Box>
  );
}
