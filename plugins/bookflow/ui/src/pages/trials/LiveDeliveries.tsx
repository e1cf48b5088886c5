import { Badge, Box, Card, HStack, Stack, Text } from "@chakra-ui/react";

import type { LiveDelivery } from "../../api/schema";
import { SentMessage } from "../builder/messages/SentMessage";

const OUTCOMES: Record<LiveDelivery["status"], [words: string, palette: string]> = {
  sent: ["sent", "green"],
  failed: ["failed", "red"],
  not_sent: ["not sent", "yellow"],
};

/** What a live test sent, where to, and why not where it did not. */
export function LiveDeliveries({ deliveries }: { deliveries: LiveDelivery[] }) {
  if (!deliveries.length) {
    return (
      <Text fontSize="sm">
        Nothing was sent: no action would send anything for this booking. Choose another booking, or
        look below at why each action is skipped.
      </Text>
    );
  }
  return (
    <Stack gap={3}>
      {deliveries.map(({ action, recipient, channel, address, status, reason, content }, index) => {
        const [words, palette] = OUTCOMES[status];
        return (
          <Card.Root key={index} size="sm">
            <Card.Body gap={2}>
              <HStack gap={2} wrap="wrap" fontSize="sm">
                <Badge colorPalette={palette}>{words}</Badge>
                <Text overflowWrap="anywhere">
                  {action}
                  {channel === "webhook" ? "" : `, for ${recipient}`}
                  {address ? (
                    <>
                      , to <b>{address}</b>
                    </>
                  ) : null}
                </Text>
              </HStack>
              {reason ? (
                <Text fontSize="sm" color="fg.muted">
                  {reason}
                </Text>
              ) : null}
              {status === "not_sent" ? null : (
                <Box asChild>
                  <details>
                    <summary>What it said</summary>
                    <Box mt={2}>
                      <SentMessage channel={channel} content={content} />
                    </Box>
                  </details>
                </Box>
              )}
            </Card.Body>
          </Card.Root>
        );
      })}
    </Stack>
  );
}
