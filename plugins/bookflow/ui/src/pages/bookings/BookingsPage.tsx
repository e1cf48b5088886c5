import { Box, Heading, Stack, Text } from "@chakra-ui/react";

import { BookingSearch } from "./BookingSearch";
import { RecentBookings } from "./RecentBookings";

/** The way to a booking: by its id, or from those that something was done for last. */
export default function BookingsPage() {
  return (
    <Stack gap={6} maxWidth="48rem">
      <Box>
        <Heading as="h1" size="lg" mb={1}>
          Bookings
        </Heading>
        <Text color="fg.muted">
          See everything that was, is and will be done for one booking, and why something was not.
        </Text>
      </Box>
      <BookingSearch />
      <RecentBookings />
    </Stack>
  );
}
