import { Box, Flex, HStack, Link as ChakraLink, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { TimelineEntry } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Moment } from "../../times/Moment";
import { nameTrigger } from "../../words/triggers";
import { ReasonText } from "../../facts/ReasonText";
import { Rendered } from "../executions/Rendered";
import { Unfold } from "../../facts/Unfold";
import { kindOfAction, recipientInWords } from "../../words/actions";
import { isDueNow, leadOf, reasonOf, standingOf, statusOf } from "./entryWords";
import { timeOf } from "./timelineOrder";

interface Props {
  entry: TimelineEntry;
  zone?: string | undefined;
  now: number;
}

/** One thing that happened or is planned: what, when, to whom, and why or why not. */
export function TimelineItem({ entry, zone, now }: Props) {
  const { name, icon: Icon } = kindOfAction(entry.type);
  const reason = reasonOf(entry);
  return (
    <Flex
      as="li"
      gap={3}
      py={2}
      css={{ contentVisibility: "auto", containIntrinsicSize: "auto 5rem" }}
    >
      <Flex
        align="center"
        justify="center"
        boxSize={8}
        flexShrink={0}
        rounded="full"
        borderWidth="1px"
        bg="bg.subtle"
        title={name}
      >
        <Icon aria-label={name} size={16} />
      </Flex>
      <Box minWidth={0} flex={1} fontSize="sm">
        <HStack wrap="wrap" gap={2}>
          <StatusBadge status={statusOf(entry)} label={standingOf(entry)} />
          <Text fontWeight="medium" overflowWrap="anywhere">
            {entry.action ?? entry.workflow_name}
          </Text>
          <Text color="fg.muted">
            <Moment at={timeOf(entry)} zone={zone} />
            {isDueNow(entry, now) ? ", due now" : null}
          </Text>
        </HStack>
        <Whom entry={entry} />
        {reason ? (
          <Text mt={0.5}>
            <ReasonText lead={leadOf(entry)} reason={reason} />
          </Text>
        ) : null}
        <Text color="fg.muted" mt={0.5} overflowWrap="anywhere">
          <ChakraLink asChild color="fg.info">
            <Link to={paths.workflow(entry.workflow_id)}>{entry.workflow_name}</Link>
          </ChakraLink>
          {entry.trigger ? `, ${lower(nameTrigger(entry.trigger))}` : null}
          {entry.execution_id ? (
            <>
              {", "}
              <ChakraLink asChild color="fg.info">
                <Link to={paths.execution(entry.execution_id)}>execution</Link>
              </ChakraLink>
            </>
          ) : null}
        </Text>
        {entry.rendered ? (
          <Unfold title={entry.type === "update_booking" ? "What was changed" : "What it says"}>
            <Rendered type={entry.type} rendered={entry.rendered} recipient={entry.recipient} />
          </Unfold>
        ) : null}
      </Box>
    </Flex>
  );
}

function Whom({ entry }: { entry: TimelineEntry }) {
  if (!entry.recipient) return null;
  return (
    <Text color="fg.muted" overflowWrap="anywhere">
      to {recipientInWords(entry.recipient)}
      {entry.address ? `, ${entry.address}` : null}
    </Text>
  );
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
