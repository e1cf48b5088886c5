import { Badge, Box, Card, Code, HStack, Stack, Text } from "@chakra-ui/react";

import type { TriedAction } from "../../api/schema";
import { Moment } from "../../times/Moment";
import { Ticked } from "../../states/Ticked";
import { TraceTree } from "../builder/conditions/TraceTree";
import { readTraces } from "../builder/conditions/traces";
import { sayWait } from "../builder/messages/contentParts";
import { reasonInWords } from "../../words/reasons";
import { MessageHead, SentMessage } from "../builder/messages/SentMessage";

const OUTCOMES: Record<TriedAction["status"], [words: string, palette: string]> = {
  would_run: ["would run", "green"],
  waits: ["would wait", "orange"],
  skipped: ["would be skipped", "yellow"],
  invalid: ["can't run", "red"],
};

/** What one action would do: why or why not, when, and every message it would send. */
export function TriedActionCard({ action }: { action: TriedAction }) {
  const [words, palette] = OUTCOMES[action.status];
  const traces = readTraces(action.conditions);
  return (
    <Card.Root size="sm" variant="outline" bg="transparent">
      <Card.Header>
        <HStack gap={3} wrap="wrap" justify="space-between">
          <HStack gap={2} wrap="wrap" minWidth={0}>
            <Card.Title overflowWrap="anywhere">{action.name}</Card.Title>
            <Badge colorPalette={palette}>{words}</Badge>
            <Code size="sm" variant="plain" color="fg.muted">
              {action.type}
            </Code>
          </HStack>
          <Timing action={action} />
        </HStack>
        {action.reason ? (
          <Text fontSize="sm" color="fg.muted">
            <Ticked>{reasonInWords(action.reason)}</Ticked>
          </Text>
        ) : null}
      </Card.Header>
      <Card.Body gap={4}>
        {traces.length ? (
          <Box>
            <Text fontSize="sm" fontWeight="medium" mb={1}>
              Conditions
            </Text>
            <TraceTree traces={traces} />
          </Box>
        ) : (
          <Text fontSize="sm" color="fg.muted">
            It has no conditions.
          </Text>
        )}
        <Stack gap={4}>
          {action.messages.map((message, index) => (
            <Box key={index} minWidth={0}>
              <MessageHead message={message} />
              <SentMessage channel={message.channel} content={message.content} />
            </Box>
          ))}
        </Stack>
        {action.more_messages ? (
          <Text fontSize="xs" color="fg.muted">
            And {action.more_messages} more of the same kind.
          </Text>
        ) : null}
      </Card.Body>
    </Card.Root>
  );
}

/** When it would run, and what it waits for. */
function Timing({ action: { timing, status } }: { action: TriedAction }) {
  if (status === "skipped") return null;
  const { runs_at, waits_until, waits_for, deadline } = timing;
  return (
    <Text fontSize="xs" color="fg.muted">
      runs <Moment at={runs_at} />
      {waits_until ? (
        <>
          , {waits_for ? `${sayWait(waits_for)}: ` : ""}sends <Moment at={waits_until} />
        </>
      ) : null}
      {deadline ? (
        <>
          , not after <Moment at={deadline} />
        </>
      ) : null}
    </Text>
  );
}
