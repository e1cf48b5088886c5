import { Box, Flex, Heading, Text } from "@chakra-ui/react";

import type { TimelineEntry } from "../../api/schema";
import { Moment } from "../../times/Moment";
import { TimelineItem } from "./TimelineItem";
import { splitAtNow } from "./timelineOrder";

interface Props {
  entries: TimelineEntry[];
  zone?: string | undefined;
  /** When what is shown was read. */
  now: number;
}

/** What was done for a booking, the line "now", and what is yet to be done. */
export function BookingTimeline({ entries, zone, now }: Props) {
  const { past, future } = splitAtNow(entries);
  const list = (items: TimelineEntry[], label: string) => (
    <Box as="ol" listStyleType="none" aria-label={label}>
      {items.map((entry, place) => (
        <TimelineItem key={place} entry={entry} zone={zone} now={now} />
      ))}
    </Box>
  );
  return (
    <Box as="section" aria-label="Timeline">
      <Heading as="h2" size="md" mb={2}>
        Everything in order
      </Heading>
      {past.length > 0 ? list(past, "What was") : <Nothing>Nothing was done yet.</Nothing>}
      <Flex role="separator" aria-label="Now" align="center" gap={3} my={2} color="fg.info">
        <Text fontSize="xs" fontWeight="bold" whiteSpace="nowrap">
          Now, <Moment at={new Date(now).toISOString()} zone={zone} />
        </Text>
        <Box flex={1} borderTopWidth="2px" borderColor="fg.info" />
      </Flex>
      {future.length > 0 ? (
        list(future, "What will be")
      ) : (
        <Nothing>Nothing further is planned for this booking.</Nothing>
      )}
    </Box>
  );
}

function Nothing({ children }: { children: string }) {
  return (
    <Text fontSize="sm" color="fg.muted" py={2}>
      {children}
    </Text>
  );
}
