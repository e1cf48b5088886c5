import { Box, Code, HStack, Text } from "@chakra-ui/react";

import type { Delivery } from "../../api/schema";
import { StatusBadge } from "../../badges/StatusBadge";
import { Moment } from "../../times/Moment";
import { ReasonText } from "../../facts/ReasonText";
import { Unfold } from "../../facts/Unfold";
import { recipientInWords } from "../../words/actions";
import { answerInWords, attemptsInWords } from "../../words/deliveries";

/** One message to one recipient: where it went, when, and what the other side said. */
export function DeliveryStory({ delivery }: { delivery: Delivery }) {
  const answer = answerInWords(delivery);
  return (
    <Box borderWidth="1px" rounded="md" p={3} fontSize="sm">
      <HStack wrap="wrap" gap={2}>
        <StatusBadge status={delivery.status} />
        <Text overflowWrap="anywhere">
          To {recipientInWords(delivery.recipient)}
          {delivery.address ? (
            <>
              {" "}
              <Code size="sm">{delivery.address}</Code>
            </>
          ) : null}
        </Text>
      </HStack>
      {delivery.error_message ? (
        <Text mt={1}>
          <ReasonText reason={delivery.error_message} />
        </Text>
      ) : null}
      {answer ? <Text mt={1}>{answer}</Text> : null}
      <Attempts delivery={delivery} />
      <ProviderAnswer delivery={delivery} />
    </Box>
  );
}

function Attempts({ delivery }: { delivery: Delivery }) {
  const { created_at: first, sent_at: sent, next_attempt_at: next } = delivery;
  const last = sent ?? delivery.settled_at;
  const isRepeated = delivery.attempts > 1;
  return (
    <Text mt={1} color="fg.muted">
      {attemptsInWords(delivery)}
      {first && isRepeated ? <At word="first" at={first} /> : null}
      {last ? <At word={sent ? "accepted" : isRepeated ? "last" : ""} at={last} /> : null}
      {next ? <At word="next" at={next} /> : null}
      {delivery.digest_id ? ", as a part of one message with others" : null}
    </Text>
  );
}

function At({ word, at }: { word: string; at: string }) {
  return (
    <>
      , {word} <Moment at={at} />
    </>
  );
}

function ProviderAnswer({ delivery: { provider_id: id, details } }: { delivery: Delivery }) {
  const hasDetails = Object.keys(details ?? {}).length > 0;
  if (!id && !hasDetails) return null;
  return (
    <Unfold title="What the provider said">
      {id ? (
        <Text mb={1} overflowWrap="anywhere">
          Its id for the message: <Code size="sm">{id}</Code>
        </Text>
      ) : null}
      {hasDetails ? (
        <Box as="pre" fontSize="xs" overflowX="auto" p={2} bg="bg.subtle" rounded="sm">
          {JSON.stringify(details, null, 2)}
        </Box>
      ) : null}
    </Unfold>
  );
}
