import { useQuery } from "@tanstack/react-query";

import { api, read } from "../../api/client";

const LOOKED_AT = 100;
const OFFERED = 12;

/** A booking that a workflow ran for lately. */
export interface RecentBooking {
  id: string;
  /** When a workflow last ran for it. */
  at: string;
}

/** The bookings of the newest executions, of one workflow or of all. */
export function useRecentBookings(workflow?: string) {
  return useQuery({
    queryKey: ["recent-bookings", workflow ?? null],
    queryFn: async ({ signal }) => {
      const page = await read(
        api.GET("/api/v1/executions", {
          params: { query: { workflow, limit: LOOKED_AT } },
          signal,
        }),
      );
      const newest = new Map<string, string>();
      for (const { booking_id, created_at } of page.executions) {
        if (booking_id && created_at && !newest.has(booking_id)) newest.set(booking_id, created_at);
      }
      return [...newest].slice(0, OFFERED).map(([id, at]): RecentBooking => ({ id, at }));
    },
    staleTime: 5_000,
    refetchInterval: 15_000,
  });
}
