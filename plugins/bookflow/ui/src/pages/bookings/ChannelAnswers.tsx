import { Box, Flex, Heading, Link as ChakraLink, Stack, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { TimelineEntry } from "../../api/schema";
import { paths } from "../../app/paths";
import { ReasonText } from "../../facts/ReasonText";
import { kindOfAction } from "../../words/actions";
import { answerChannels, type ChannelAnswer, gather, leftOutWhole, sumUp } from "./answering";
import { reasonOf } from "./entryWords";

/** The answer to "why did this booking get no SMS?", for each kind of action. */
export function ChannelAnswers({ entries }: { entries: TimelineEntry[] }) {
  const whole = leftOutWhole(entries);
  return (
    <Box as="section" aria-label="In short">
      <Heading as="h2" size="md" mb={2}>
        In short
      </Heading>
      <Stack gap={0} borderWidth="1px" rounded="md">
        {answerChannels(entries).map((answer) => (
          <Channel key={answer.type} answer={answer} whole={whole} />
        ))}
      </Stack>
    </Box>
  );
}

interface ChannelProps {
  answer: ChannelAnswer;
  whole: TimelineEntry[];
}

function Channel({ answer, whole }: ChannelProps) {
  const { name, icon: Icon, done } = kindOfAction(answer.type);
  const isNone = answer.done + answer.open + answer.withheld.length === 0;
  const hasGotNone = answer.done + answer.open === 0;
  const reasons = hasGotNone ? [...answer.withheld, ...whole] : answer.withheld;
  return (
    <Box px={4} py={3} borderBottomWidth={{ base: "1px", _last: "0" }} fontSize="sm">
      <Flex gap={2} align="center">
        <Icon aria-hidden size={16} />
        <Text as="h3" fontWeight="medium">
          {name}
        </Text>
        <Text color={hasGotNone ? "fg" : "fg.muted"}>{sumUp(answer, done)}</Text>
      </Flex>
      {isNone ? (
        <Text color="fg.muted" mt={1}>
          No workflow that took up this booking has {article(name)} for it.
        </Text>
      ) : null}
      {reasons.length > 0 ? (
        <Box as="ul" mt={1} pl={6} color={hasGotNone ? "fg" : "fg.muted"}>
          {gather(reasons).map(({ entry, count }, place) => (
            <li key={place}>
              <Because entry={entry} />
              {count > 1 ? ` (${String(count)} times)` : null}
            </li>
          ))}
        </Box>
      ) : null}
    </Box>
  );
}

function Because({ entry }: { entry: TimelineEntry }) {
  const name = entry.action ? `${entry.workflow_name}, ${entry.action}` : entry.workflow_name;
  const reason = reasonOf(entry);
  return (
    <>
      {entry.execution_id ? (
        <ChakraLink asChild color="fg.info" display="inline">
          <Link to={paths.execution(entry.execution_id)}>{name}</Link>
        </ChakraLink>
      ) : (
        name
      )}
      {entry.action ? ": " : " was left out as a whole: "}
      {reason ? <ReasonText lead="" reason={reason} /> : "no reason is recorded"}
    </>
  );
}

function article(name: string): string {
  if (name === "SMS") return "an SMS";
  return `${name.startsWith("E") ? "an" : "a"} ${name.toLowerCase()}`;
}
