import { Box, Button, Flex, Heading, Stack, Text } from "@chakra-ui/react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router-dom";

import { useUpcoming } from "../../api/bookings";
import type { UpcomingList } from "../../api/schema";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { useGradually } from "../../tables/useGradually";
import { FilterChoice } from "../executions/FilterChoice";
import { FilterInput } from "../executions/FilterInput";
import { WorkflowFilter } from "../executions/WorkflowFilter";
import { groupByDay } from "./days";
import { UpcomingRow } from "./UpcomingRow";
import { MOST, readUpcomingFilter, SPANS, STEP, USUAL_SPAN } from "./upcomingQuery";

/** What the workflows are going to do, as bookings and workflows stand now. */
export default function UpcomingPage() {
  const [query, setQuery] = useSearchParams();
  const [now] = useState(Date.now);
  const filter = useMemo(() => readUpcomingFilter(query, now), [query, now]);
  const upcoming = useUpcoming(filter);
  const change = (key: string, value: string) => {
    setQuery(
      (before) => {
        const changed = new URLSearchParams(before);
        if (value) changed.set(key, value);
        else changed.delete(key);
        return changed;
      },
      { replace: true },
    );
  };
  return (
    <Stack gap={4} maxWidth="64rem">
      <Box>
        <Heading as="h1" size="lg" mb={1}>
          Upcoming
        </Heading>
        <Text color="fg.muted">
          What will be done, as bookings and workflows stand now. It changes with them.
        </Text>
      </Box>
      <Flex role="search" aria-label="Filter what is planned" wrap="wrap" gap={3} align="end">
        <WorkflowFilter
          value={query.get("workflow") ?? ""}
          onChange={(value) => {
            change("workflow", value);
          }}
        />
        <FilterInput
          label="Booking"
          placeholder="its id"
          value={query.get("booking") ?? ""}
          onChange={(value) => {
            change("booking", value);
          }}
        />
        <FilterChoice
          label="Until"
          choices={SPANS}
          value={query.get("days") ?? USUAL_SPAN}
          onChange={(value) => {
            change("days", value);
          }}
        />
      </Flex>
      <Answer query={upcoming} what="what is planned">
        {(list) => (
          <Days
            list={list}
            now={upcoming.dataUpdatedAt}
            onMore={() => {
              change("limit", String(Math.min((filter.limit ?? STEP) + STEP, MOST)));
            }}
          />
        )}
      </Answer>
    </Stack>
  );
}

interface DaysProps {
  list: UpcomingList;
  now: number;
  onMore: () => void;
}

function Days({ list, now, onMore }: DaysProps) {
  const drawn = useGradually(list.upcoming);
  if (list.upcoming.length === 0) {
    return (
      <Empty title="Nothing is planned">
        In this time no reminder comes due and nothing waits. Look further ahead, or clear the
        filters.
      </Empty>
    );
  }
  return (
    <>
      {groupByDay(drawn, now).map(({ date, name, items }) => (
        <Box as="section" key={date} aria-label={name}>
          <Heading as="h2" size="sm" py={2}>
            {name}{" "}
            <Text as="span" color="fg.muted" fontWeight="normal">
              ({items.length})
            </Text>
          </Heading>
          <Box as="ul" listStyleType="none" borderWidth="1px" rounded="md">
            {items.map((item, place) => (
              <UpcomingRow key={place} item={item} />
            ))}
          </Box>
        </Box>
      ))}
      {list.has_more ? <More shown={list.upcoming.length} onMore={onMore} /> : null}
    </>
  );
}

function More({ shown, onMore }: { shown: number; onMore: () => void }) {
  if (shown >= MOST) {
    return (
      <Text fontSize="sm" color="fg.muted">
        These are the nearest {MOST}. Choose a workflow, a booking or a shorter time to see the
        others.
      </Text>
    );
  }
  return (
    <Button alignSelf="start" size="sm" variant="outline" onClick={onMore}>
      Show more
    </Button>
  );
}
