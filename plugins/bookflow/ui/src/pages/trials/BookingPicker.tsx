import { Box, Button, Field, Flex, Input, NativeSelect, Text } from "@chakra-ui/react";
import { type SubmitEvent, useId, useState } from "react";

import { isSample, nameBooking, sampleId, SAMPLES } from "../../api/trials";
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

/** Chooses the booking that previews and tests are shown for: a made-up one, or one of yours. */
export function BookingPicker({ workflow, kinds = "both", fallback = "" }: Props) {
  const [booking, pin] = usePinnedBooking();
  const [isTyping, setTyping] = useState(false);
  const chosen = booking && isOf(kinds, booking) ? booking : "";
  return (
    <Flex gap={2} align="flex-end" wrap="wrap" minWidth={0}>
      <Field.Root width={{ base: "full", sm: "auto" }} minWidth={0}>
        <Field.Label fontSize="sm">Show it for</Field.Label>
        <NativeSelect.Root size="sm" width={{ base: "full", sm: "18rem" }}>
          <NativeSelect.Field
            value={isTyping ? OTHER : chosen || fallback}
            onChange={({ currentTarget: { value } }) => {
              setTyping(value === OTHER);
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
      {isTyping ? (
        <BookingId
          onChoose={(id) => {
            setTyping(false);
            pin(id);
          }}
        />
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
  return (
    <optgroup label="Bookings a workflow ran for lately">
      {chosen && !listed.some(({ id }) => id === chosen) ? (
        <option value={chosen}>{nameBooking(chosen)}</option>
      ) : null}
      {listed.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
      <option value={OTHER}>Another booking, by its id…</option>
    </optgroup>
  );
}

/** Takes the id of a booking as the booking system has it. */
function BookingId({ onChoose }: { onChoose: (id: string) => void }) {
  const [id, setId] = useState("");
  const hint = useId();
  const choose = (event: SubmitEvent) => {
    event.preventDefault();
    if (id.trim()) onChoose(id.trim());
  };
  return (
    <form onSubmit={choose}>
      <Flex gap={2} align="flex-end">
        <Box>
          <Field.Root>
            <Field.Label fontSize="sm">Id of the booking</Field.Label>
            <Input
              size="sm"
              value={id}
              aria-describedby={hint}
              placeholder="bk-2041"
              onChange={({ currentTarget }) => {
                setId(currentTarget.value);
              }}
            />
          </Field.Root>
          <Text id={hint} srOnly>
            As your booking system names it.
          </Text>
        </Box>
        <Button type="submit" size="sm" variant="outline" disabled={!id.trim()}>
          Show
        </Button>
      </Flex>
    </form>
  );
}
