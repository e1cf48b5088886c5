import type { UpcomingFilter } from "../../api/bookings";

/** How far ahead one may look, in days. */
export const SPANS: Record<string, string> = {
  "1": "The next 24 hours",
  "7": "The next 7 days",
  "30": "The next 30 days",
  "90": "The next 90 days",
};
export const USUAL_SPAN = "7";
export const STEP = 100;
export const MOST = 500;

const MINUTE = 60_000;

/** Reads the filters from the address; `now` is what days count from. */
export function readUpcomingFilter(query: URLSearchParams, now: number): UpcomingFilter {
  const chosen = query.get("days") ?? USUAL_SPAN;
  const days = Number(chosen in SPANS ? chosen : USUAL_SPAN);
  const limit = Number(query.get("limit") ?? STEP);
  return {
    workflow: query.get("workflow")?.trim() || undefined,
    booking: query.get("booking")?.trim() || undefined,
    // a minute short, so that the server's clock does not take it for more than 90 days
    until: new Date(now + days * 24 * 60 * MINUTE - MINUTE).toISOString(),
    limit: limit >= 1 && limit <= MOST ? Math.floor(limit) : STEP,
  };
}
