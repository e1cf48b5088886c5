import { Box, Heading, HStack, Link as ChakraLink, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { useNewestExecutions } from "../../api/executions";
import type { ExecutionSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { Moment } from "../../times/Moment";

const LOOKED_THROUGH = 100;

/** The bookings that workflows took up last. */
export function RecentBookings() {
  const query = useNewestExecutions({}, LOOKED_THROUGH);
  return (
    <Box as="section" aria-label="Taken up last">
      <Heading as="h2" size="md" mb={2}>
        Taken up last
      </Heading>
      <Answer query={query} what="bookings">
        {({ executions }) =>
          executions.length === 0 ? (
            <Empty title="No bookings yet">
              They appear here as soon as a workflow has taken one up.
            </Empty>
          ) : (
            <Box as="ul" listStyleType="none" borderWidth="1px" rounded="md">
              {newestByBooking(executions).map((execution) => (
                <Row key={execution.booking_id} execution={execution} />
              ))}
            </Box>
          )
        }
      </Answer>
    </Box>
  );
}

function Row({ execution }: { execution: ExecutionSummary }) {
  return (
    <HStack as="li" justify="space-between" px={4} py={2} fontSize="sm" wrap="wrap">
      <ChakraLink asChild color="fg.info" overflowWrap="anywhere">
        <Link to={paths.booking(execution.booking_id)}>{execution.booking_id}</Link>
      </ChakraLink>
      <Text color="fg.muted">
        {execution.workflow_name ?? execution.workflow_id},{" "}
        <Moment at={execution.created_at} relative />
      </Text>
    </HStack>
  );
}

/** The first of each booking, in the order that they come. */
function newestByBooking(executions: ExecutionSummary[]): ExecutionSummary[] {
  const found = new Map<string, ExecutionSummary>();
  for (const execution of executions) {
    if (!found.has(execution.booking_id)) found.set(execution.booking_id, execution);
  }
  return [...found.values()];
}
