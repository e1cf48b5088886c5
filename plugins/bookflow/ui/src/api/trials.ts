import { useMutation, useQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import type { Trial, TrialOptions, WhatIf, WhatIfRequest } from "./schema";

/** What to try a workflow on; what is left out is as the API has it by default. */
export type TrialInput = Partial<TrialOptions>;

const FRESH = 30_000;
const SAMPLE = "sample:";

/** The made-up bookings that the API offers, in words. */
export const SAMPLES: Record<string, string> = {
  typical: "A typical booking",
  group: "A group",
  no_phone: "An invitee without a phone number",
  no_link: "Without a meeting link",
  no_answers: "Without answers to questions",
  far_away: "An invitee in a far-away time zone",
  weekend: "On a weekend",
  evening: "In the evening",
  short_notice: "At short notice",
  pending: "Not confirmed yet",
  cancelled: "Cancelled",
  completed: "Completed",
  no_show: "Nobody showed up",
};

/** The id by which pages speak of a made-up booking. */
export function sampleId(variant = "typical"): string {
  return SAMPLE + variant;
}

/** Whether a pinned booking is made up. */
export function isSample(booking: string): boolean {
  return booking.startsWith(SAMPLE);
}

/** Says how to try a workflow on a pinned booking, be it made up or real. */
export function onBooking(booking: string): TrialInput {
  if (!isSample(booking)) return { mode: "real_data", booking_id: booking };
  const variant = booking.slice(SAMPLE.length);
  return variant === "typical" || !(variant in SAMPLES)
    ? { mode: "mock_data" }
    : { mode: "mock_data", variant };
}

/** Names a pinned booking for people. */
export function nameBooking(booking: string): string {
  if (!isSample(booking)) return `Booking ${booking}`;
  const words = SAMPLES[booking.slice(SAMPLE.length)] ?? SAMPLES.typical ?? "";
  return `Sample: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

/** Tries a workflow out, or the `spec` in the options instead. */
export function tryWorkflow(
  workflow: string,
  options: TrialInput,
  signal?: AbortSignal,
): Promise<Trial> {
  return read(
    api.POST("/api/v1/workflows/{workflow_id}/test", {
      params: { path: { workflow_id: workflow } },
      body: options as TrialOptions,
      signal,
    }),
  );
}

/** What a workflow would do; sends nothing, so it may be asked at any time. */
export function useTrial(workflow: string, options: TrialInput, isAsked = true) {
  return useQuery({
    queryKey: ["trial", workflow, options],
    queryFn: ({ signal }) => tryWorkflow(workflow, options, signal),
    enabled: isAsked && options.mode !== "live_test",
    staleTime: FRESH,
    retry: false,
  });
}

/** Really sends, marked as a test; never repeated by itself. */
export function useLiveTest(workflow: string) {
  return useMutation({
    mutationFn: (options: TrialInput) => tryWorkflow(workflow, { ...options, mode: "live_test" }),
    retry: false,
  });
}

/** What an edit would have changed in a past execution. */
export function useWhatIf(workflow: string) {
  return useMutation({
    mutationFn: (request: Partial<WhatIfRequest>): Promise<WhatIf> =>
      read(
        api.POST("/api/v1/workflows/{workflow_id}/what-if", {
          params: { path: { workflow_id: workflow } },
          body: request as WhatIfRequest,
        }),
      ),
    retry: false,
  });
}
