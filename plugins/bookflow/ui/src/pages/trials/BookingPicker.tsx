import { Box, Field, Flex, NativeSelect } from "@chakra-ui/react";
import { useState } from "react";

import { useFoundBookings } from "../../api/bookings";
import { isSample, nameBooking, sampleId, SAMPLES } from "../../api/trials";
import { BookingFinder } from "../../finding/BookingFinder";
import { usePinnedBooking } from "./pinnedBooking";
import { useRecentBookings } from "./useRecentBookings";

interface Props {
  /** Offers the bookings of this workflow first; without it those of all. */
  workflow?: string;
  /** Which kinds of bookings may be chosen. */
  kinds?: "samples" | "real" | "both";
  /** What is shown while none is chosen. */
  fallback?: string;
}

const OTHER = "other";
/** So many of the newest bookings are shown with their names. */
const NAMED = 100;

/** Chooses the booking that previews and tests are shown for: a made-up one, or one of yours. */
export function BookingPicker({ workflow, kinds = "both", fallback = "" }: Props) {
  const [booking, pin] = usePinnedBooking();
  const [isFinding, setFinding] = useState(false);
  const chosen = booking && isOf(kinds, booking) ? booking : "";
  return (
    <Flex gap={2} align="flex-end" wrap="wrap" minWidth={0}>
      <Field.Root width={{ base: "full", sm: "auto" }} minWidth={0}>
        <Field.Label fontSize="sm">Show it for</Field.Label>
        <NativeSelect.Root size="sm" width={{ base: "full", sm: "18rem" }}>
          <NativeSelect.Field
            value={isFinding ? OTHER : chosen || fallback}
            onChange={({ currentTarget: { value } }) => {
              setFinding(value === OTHER);
              if (value !== OTHER) pin(value || undefined);
            }}
          >
            {fallback ? null : <option value="">No booking chosen</option>}
            {kinds === "real" ? null : <SampleOptions />}
            {kinds === "samples" ? null : (
              <RealOptions workflow={workflow} chosen={isSample(chosen) ? "" : chosen} />
            )}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </Field.Root>
      {isFinding ? (
        <Box width="full" maxWidth="36rem">
          <BookingFinder
            onChoose={(id) => {
              setFinding(false);
              pin(id);
            }}
          />
        </Box>
      ) : null}
    </Flex>
  );
}

function isOf(kinds: Props["kinds"], booking: string): boolean {
  return kinds === "both" || isSample(booking) === (kinds === "samples");
}

function SampleOptions() {
  return (
    <optgroup label="Sample bookings">
      {Object.entries(SAMPLES).map(([variant, words]) => (
        <option key={variant} value={sampleId(variant)}>
          {words}
        </option>
      ))}
    </optgroup>
  );
}

function RealOptions({ workflow, chosen }: { workflow?: string; chosen: string }) {
  const { data: listed = [] } = useRecentBookings(workflow);
  const { data: known } = useFoundBookings("", NAMED);
  const names = new Map(known?.bookings.map((one) => [one.id, one.invitee_name]));
  const nameOf = (id: string) => {
    const name = names.get(id);
    return name ? `${name} (${id})` : id;
  };
  return (
    <optgroup label="Bookings a workflow ran for lately">
      {chosen && !listed.some(({ id }) => id === chosen) ? (
        <option value={chosen}>{names.has(chosen) ? nameOf(chosen) : nameBooking(chosen)}</option>
      ) : null}
      {listed.map(({ id }) => (
        <option key={id} value={id}>
          {nameOf(id)}
        </option>
      ))}
      <option value={OTHER}>Find a booking…</option>
    </optgroup>
  );
}
