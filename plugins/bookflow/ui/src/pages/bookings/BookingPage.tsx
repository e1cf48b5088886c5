import { Box, Flex, Grid, Heading, HStack, Stack, Text } from "@chakra-ui/react";
import { useParams, useSearchParams } from "react-router-dom";

import { useTimeline } from "../../api/bookings";
import { ApiProblem } from "../../api/client";
import type { Timeline } from "../../api/schema";
import { RunButton } from "../../heads/RunButton";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { EraseButton } from "../erasing/EraseButton";
import { FilterChoice } from "../executions/FilterChoice";
import { changeFilter } from "../executions/filterQuery";
import { readFacts } from "./readFacts";
import { BookingFacts } from "./BookingFacts";
import { BookingSearch } from "./BookingSearch";
import { BookingTimeline } from "./BookingTimeline";
import { ChannelAnswers } from "./ChannelAnswers";
import { workflowsOf } from "./timelineOrder";

/** Everything that was, is and will be done for one booking, and why. */
export default function BookingPage() {
  const { id = "" } = useParams();
  const query = useTimeline(id);
  const isUnknown = query.error instanceof ApiProblem && query.error.status === 404;
  return (
    <Stack gap={5}>
      <Flex justify="space-between" align="end" gap={3} wrap="wrap">
        <Box minWidth={0}>
          <Heading as="h1" size="lg" overflowWrap="anywhere">
            Booking {id}
          </Heading>
          {query.data?.booking ? <Whose booking={query.data.booking} /> : null}
        </Box>
        <HStack gap={2} wrap="wrap" align="end">
          <BookingSearch key={id} id={id} />
          {query.data?.booking ? <RunButton booking={id} label="Run a workflow…" /> : null}
        </HStack>
      </Flex>
      {isUnknown ? (
        <Empty title="No such booking">
          bookflow has not heard of a booking “{id}”, or you may not see the workflows that took it
          up. Check the id for typing errors. If it is right, the booking system has not told
          bookflow of it, so nothing was or will be sent.
        </Empty>
      ) : (
        <Answer query={query} what="the booking">
          {(timeline) => <Found timeline={timeline} readAt={query.dataUpdatedAt} />}
        </Answer>
      )}
    </Stack>
  );
}

/** Whose booking it is, so that nobody looks at the wrong one. */
function Whose({ booking }: { booking: Record<string, unknown> }) {
  const { name, email, eventType } = readFacts(booking);
  return (
    <Text color="fg.muted" overflowWrap="anywhere">
      {[name ?? email, eventType].filter(Boolean).join(", ")}
    </Text>
  );
}

function Found({ timeline, readAt }: { timeline: Timeline; readAt: number }) {
  const [query, setQuery] = useSearchParams();
  const workflow = query.get("workflow") ?? "";
  const entries = timeline.entries.filter(
    ({ workflow_id }) => !workflow || workflow_id === workflow,
  );
  const facts = timeline.booking ? readFacts(timeline.booking) : undefined;
  return (
    <Grid templateColumns={{ base: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 20rem" }} gap={6}>
      <Stack gap={5} minWidth={0}>
        <FilterChoice
          label="Workflow"
          any="All workflows"
          choices={workflowsOf(timeline.entries)}
          value={workflow}
          onChange={(value) => {
            setQuery((before) => changeFilter(before, { workflow: value }), { replace: true });
          }}
        />
        <ChannelAnswers entries={entries} />
        <BookingTimeline entries={entries} zone={facts?.zone} now={readAt} />
      </Stack>
      <Stack gap={3} minWidth={0}>
        <BookingFacts booking={timeline.booking} />
        {/* it outlives the booking: what was erased is read when that is gone */}
        <EraseButton
          email={facts?.email}
          label={facts ? "Erase this person…" : "Erase a person…"}
        />
      </Stack>
    </Grid>
  );
}
