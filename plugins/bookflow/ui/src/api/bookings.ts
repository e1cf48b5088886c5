import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import type { operations } from "./schema";

export type UpcomingFilter = NonNullable<
  operations["list_upcoming_api_v1_upcoming_get"]["parameters"]["query"]
>;

const LIVE = 15_000;

/** Everything that was, is and will be done for a booking. */
export function useTimeline(bookingId: string) {
  return useQuery({
    queryKey: ["timeline", bookingId],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/bookings/{booking_id}/timeline", {
          params: { path: { booking_id: bookingId } },
          signal,
        }),
      ),
    placeholderData: undefined,
    refetchInterval: LIVE,
  });
}

/** Bookings by a part of their id, name or address; without text those told of last. */
export function useFoundBookings(search: string, limit: number) {
  return useQuery({
    queryKey: ["bookings", search, limit],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/bookings", {
          params: { query: { search: search || undefined, limit } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    // one that was made a moment ago is what people look for
    staleTime: 0,
    refetchInterval: LIVE / 3,
  });
}

/** What the workflows are going to do, the nearest first. */
export function useUpcoming(filter: UpcomingFilter) {
  return useQuery({
    queryKey: ["upcoming", filter],
    queryFn: ({ signal }) =>
      read(api.GET("/api/v1/upcoming", { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 2 * LIVE,
  });
}
