import { Box, Text } from "@chakra-ui/react";

import type { ListedDelivery } from "../api/schema";
import { paths } from "../app/paths";
import { PageLink } from "../links/PageLink";
import { DeliveryStory } from "../pages/executions/DeliveryStory";
import { Moment } from "../times/Moment";

/** What a task sent for one execution: when, for which booking, to whom, and how it went. */
export function TaskDelivery({ delivery }: { delivery: ListedDelivery }) {
  return (
    <Box as="li" css={{ contentVisibility: "auto", containIntrinsicSize: "auto 7rem" }}>
      <Text fontSize="sm" mb={1} color="fg.muted">
        <Moment at={delivery.created_at ?? delivery.settled_at} /> for booking{" "}
        <PageLink to={paths.booking(delivery.booking_id)}>{delivery.booking_id}</PageLink>,{" "}
        <PageLink to={paths.execution(delivery.execution_id)}>see the execution</PageLink>
      </Text>
      <DeliveryStory delivery={delivery} />
    </Box>
  );
}
