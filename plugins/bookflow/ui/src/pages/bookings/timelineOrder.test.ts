import { expect, it } from "vitest";

import type { TimelineEntry } from "../../api/schema";
import { answerChannels, leftOutWhole, sumUp } from "./answering";
import { leadOf, standingOf } from "./entryWords";
import { splitAtNow, whyNever } from "./timelineOrder";

const entry = (kind: TimelineEntry["kind"], at: string, more: Partial<TimelineEntry> = {}) => ({
  kind,
  at: `2026-03-0${at}T12:00:00+00:00`,
  workflow_id: "remind",
  workflow_name: "Remind",
  execution_id: null,
  type: "send_sms",
  ...more,
});

it("parts what was from what will be, each in order of time", () => {
  const { past, future } = splitAtNow([
    entry("planned", "5"),
    entry("sent", "2"),
    entry("skipped", "1"),
    // tried on the 3rd, goes on the 4th
    entry("retrying", "3", { next_attempt_at: "2026-03-04T12:00:00+00:00" }),
  ]);
  expect(past.map(({ kind }) => kind)).toEqual(["skipped", "sent"]);
  expect(future.map(({ kind }) => kind)).toEqual(["retrying", "planned"]);
});

it("keeps below the line what was due and has not been done", () => {
  expect(splitAtNow([entry("planned", "1")]).future).toHaveLength(1);
});

it("says that something planned will not be sent, and why", () => {
  const doomed = entry("planned", "5", { reason: "will be skipped: the booking was cancelled" });
  expect(whyNever(doomed)).toBe("the booking was cancelled");
  expect(standingOf(doomed)).toBe("will not be sent");
  expect(leadOf(doomed)).toBe("Will not be sent:");
  expect(leadOf({ ...doomed, type: "update_booking" })).toBe("Will not be done:");
});

it("answers for each channel what came of it", () => {
  const answers = answerChannels([
    entry("sent", "1"),
    entry("planned", "5"),
    entry("planned", "5", { reason: "will be skipped: the booking was cancelled" }),
    entry("failed", "2"),
  ]);
  const sms = answers.find(({ type }) => type === "send_sms");
  expect(sms && sumUp(sms, "sent")).toBe("1 sent, 1 planned, 2 not sent");
  const email = answers.find(({ type }) => type === "send_email");
  expect(email && sumUp(email, "sent")).toBe("none");
});

it("knows workflows that were left out as a whole", () => {
  const whole = entry("skipped", "1", { type: undefined, reason: "was due before" });
  expect(leftOutWhole([whole, entry("sent", "1")])).toEqual([whole]);
});
