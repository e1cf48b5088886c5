import { Box, Heading, Stack, Text } from "@chakra-ui/react";

import { paths } from "../../app/paths";
import { BookingFinder } from "../../finding/BookingFinder";
import { EraseButton } from "../erasing/EraseButton";

/** The way to a booking: by what one knows of it, or among the newest. */
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
      <BookingFinder linkTo={paths.booking} isTall />
      <EraseButton label="Erase a person…" />
    </Stack>
  );
}
