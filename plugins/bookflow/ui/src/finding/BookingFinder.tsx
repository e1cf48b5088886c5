import { Box, Stack, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { useFoundBookings } from "../api/bookings";
import type { FoundBooking } from "../api/schema";
import { StatusBadge } from "../badges/StatusBadge";
import { Failure } from "../states/Failure";
import { Moment } from "../times/Moment";
import { FoundList, FoundRow } from "./FoundList";
import { SearchBox, useTypedSearch } from "./SearchBox";

interface Props {
  label?: string;
  /** Takes the booking that is chosen; without it each is a link. */
  onChoose?: (id: string) => void;
  /** Where the links lead. */
  linkTo?: (id: string) => string;
  /** Whether the list may be as long as the page. */
  isTall?: boolean;
}

const SHORT = 12;
const LONG = 30;

/** Finds a booking by what people know of it; shows the newest until something is typed. */
export function BookingFinder(props: Props) {
  const { label = "Find a booking", isTall = false, onChoose, linkTo } = props;
  const { typed, onType, search } = useTypedSearch();
  const { data, error, refetch } = useFoundBookings(search, isTall ? LONG : SHORT);
  return (
    <Stack gap={2} minWidth={0}>
      <SearchBox
        label={label}
        placeholder="Name, e-mail or booking id"
        typed={typed}
        onType={onType}
      />
      {error && !data ? <Failure problem={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <FoundList
          label={search ? "Bookings found" : "Newest bookings"}
          isTall={isTall}
          isEmpty={data.bookings.length === 0}
          nothing={
            search
              ? `No booking fits “${search}”. Look for typing errors; if there are none, the booking system has not told bookflow of it.`
              : "No booking is known yet. The first appears here as soon as its event has come."
          }
        >
          {data.bookings.map((booking) => (
            <FoundRow key={booking.id}>
              <BookingChoice booking={booking} onChoose={onChoose} linkTo={linkTo} />
            </FoundRow>
          ))}
        </FoundList>
      ) : null}
    </Stack>
  );
}

function BookingChoice({
  booking,
  onChoose,
  linkTo,
}: Pick<Props, "onChoose" | "linkTo"> & { booking: FoundBooking }) {
  const { id } = booking;
  const content = <BookingLine booking={booking} />;
  if (linkTo) {
    return (
      <Link className="bf-found" to={linkTo(id)}>
        {content}
      </Link>
    );
  }
  return (
    <button type="button" className="bf-found" onClick={() => onChoose?.(id)}>
      {content}
    </button>
  );
}

function BookingLine({ booking }: { booking: FoundBooking }) {
  const { id, invitee_name, invitee_email, event_type_name, start_time, status } = booking;
  return (
    <>
      <Box as="span" display="flex" gap={2} flexWrap="wrap" alignItems="center">
        <Text as="span" fontWeight="medium">
          {invitee_name ?? invitee_email ?? "Nobody named"}
        </Text>
        {invitee_name && invitee_email ? (
          <Text as="span" color="fg.muted">
            {invitee_email}
          </Text>
        ) : null}
        {status === "confirmed" ? null : <StatusBadge status={status} />}
      </Box>
      <Text as="span" display="block" fontSize="xs" color="fg.muted">
        {event_type_name ? `${event_type_name}, ` : ""}
        <Moment at={start_time} /> · {id}
      </Text>
    </>
  );
}
