import { Box, Flex, HStack, Link as ChakraLink, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { UpcomingItem } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Moment } from "../../times/Moment";
import { nameTrigger } from "../../words/triggers";
import { ReasonText } from "../../facts/ReasonText";

const PUT_OFF = /^put off until /;

/** One workflow that is going to run for one booking. */
export function UpcomingRow({ item }: { item: UpcomingItem }) {
  return (
    <Flex
      as="li"
      wrap="wrap"
      gap={{ base: 1, md: 4 }}
      px={4}
      py={2.5}
      fontSize="sm"
      borderBottomWidth={{ base: "1px", _last: "0" }}
      css={{ contentVisibility: "auto", containIntrinsicSize: "auto 3rem" }}
    >
      <Text width={{ base: "full", md: "11rem" }}>
        <Moment at={item.due_at} />
      </Text>
      <Box flex={1} minWidth="14rem">
        <ChakraLink asChild color="fg.info">
          <Link to={paths.workflow(item.workflow_id)}>{item.workflow_name}</Link>
        </ChakraLink>{" "}
        for{" "}
        <ChakraLink asChild color="fg.info" overflowWrap="anywhere">
          <Link to={paths.booking(item.booking_id)}>{item.booking_id}</Link>
        </ChakraLink>
        <Text color="fg.muted">{nameTrigger(item.trigger)}</Text>
        <Against item={item} />
      </Box>
      <HStack align="start">
        <Standing item={item} />
      </HStack>
    </Flex>
  );
}

/** What speaks against it as things stand, or until when it is put off. */
function Against({ item: { reason } }: { item: UpcomingItem }) {
  if (!reason) return null;
  const lead = PUT_OFF.test(reason) ? undefined : "Nothing will be sent, as things stand:";
  return (
    <Text>
      <ReasonText lead={lead} reason={reason} />
    </Text>
  );
}

function Standing({ item }: { item: UpcomingItem }) {
  const isPutOff = PUT_OFF.test(item.reason ?? "");
  const badge =
    item.reason && !isPutOff ? (
      <StatusBadge status="skipped" label="will not be sent" />
    ) : isPutOff ? (
      <StatusBadge status="waiting" label="put off" />
    ) : item.status === "pending" ? (
      <StatusBadge status="pending" label="recorded, waits" />
    ) : (
      <StatusBadge status="planned" />
    );
  if (!item.execution_id) return badge;
  return (
    <>
      {badge}
      <ChakraLink asChild color="fg.info">
        <Link to={paths.execution(item.execution_id)}>execution</Link>
      </ChakraLink>
    </>
  );
}
