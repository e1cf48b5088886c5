import { Box, Flex, Heading, HStack, Stack, Text } from "@chakra-ui/react";

import type { Execution, LoggedAction } from "../../api/schema";
import { StatusBadge } from "../../badges/StatusBadge";
import { formatSeconds } from "../../times/formats";
import { Moment } from "../../times/Moment";
import { ConditionTrace } from "./ConditionTrace";
import { DeliveryStory } from "./DeliveryStory";
import { ReasonText } from "../../facts/ReasonText";
import { Rendered } from "./Rendered";
import { RetryAction } from "./RetryAction";
import { Unfold } from "../../facts/Unfold";
import { kindOfAction } from "../../words/actions";
import type { GroupTrace } from "../../words/conditions";

interface Props {
  action: LoggedAction;
  execution: Execution;
}

/** What became of one action: why, under which conditions, and what went where. */
export function ActionStory({ action, execution }: Props) {
  const { name, icon: Icon } = kindOfAction(action.type);
  const took = action.duration_ms ?? 0;
  return (
    <Flex as="li" gap={3} pb={6} position="relative">
      <Flex direction="column" align="center" aria-hidden>
        <Flex
          align="center"
          justify="center"
          boxSize={8}
          flexShrink={0}
          rounded="full"
          borderWidth="1px"
          bg="bg.subtle"
        >
          <Icon size={16} />
        </Flex>
        <Box flex={1} width="1px" bg="border" mt={2} />
      </Flex>
      <Stack gap={2} flex={1} minWidth={0}>
        <HStack wrap="wrap" gap={2}>
          <Heading as="h3" size="sm" overflowWrap="anywhere">
            {action.action}
          </Heading>
          <StatusBadge status={action.status} />
          <Text fontSize="sm" color="fg.muted">
            {name}
            {action.started_at ? ", " : null}
            {action.started_at ? <Moment at={action.started_at} /> : null}
            {took >= 1 ? `, took ${formatSeconds(took / 1000)}` : null}
            {action.attempts > 1 ? `, ${String(action.attempts)} attempts` : null}
          </Text>
          <RetryAction action={action} execution={execution} />
        </HStack>
        {action.reason ? (
          <Text fontSize="sm">
            <ReasonText lead={LEADS[action.status]} reason={action.reason} />
          </Text>
        ) : null}
        {action.next_attempt_at ? (
          <Text fontSize="sm">
            It goes on <Moment at={action.next_attempt_at} /> (
            <Moment at={action.next_attempt_at} relative />
            ).
          </Text>
        ) : null}
        {action.deliveries.map((delivery) => (
          <DeliveryStory key={delivery.id} delivery={delivery} />
        ))}
        {action.conditions?.length ? (
          <Unfold title="Conditions" isOpen={action.error_code === "conditions"}>
            <ConditionTrace groups={action.conditions as GroupTrace[]} />
          </Unfold>
        ) : null}
        {action.rendered ? (
          <Unfold title={action.type === "update_booking" ? "What was changed" : "What it says"}>
            <Rendered type={action.type} rendered={action.rendered} />
          </Unfold>
        ) : null}
      </Stack>
    </Flex>
  );
}

const LEADS: Record<string, string> = {
  skipped: "Skipped:",
  failed: "Failed:",
  retrying: "It failed and is tried again:",
  waiting: "It waits:",
};
