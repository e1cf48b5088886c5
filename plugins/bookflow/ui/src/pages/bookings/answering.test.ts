import { expect, it } from "vitest";

import type { TimelineEntry } from "../../api/schema";
import { gather } from "./answering";

const entry = (more: Partial<TimelineEntry> = {}): TimelineEntry => ({
  kind: "skipped",
  at: "2026-03-01T12:00:00+00:00",
  workflow_id: "remind",
  workflow_name: "Remind",
  execution_id: "e-1",
  type: "send_sms",
  action: "Text",
  reason: "no phone number",
  ...more,
});

const counts = (entries: TimelineEntry[]) =>
  gather(entries).map(({ entry: { action, reason }, count }) => [action, reason, count]);

it("says the same of one action once, with how often", () => {
  const at = "2026-03-01T12:00:05+00:00";
  const entries = [entry(), entry({ at }), entry()];
  expect(counts(entries)).toEqual([["Text", "no phone number", 3]]);
  // the first of them stands for all
  expect(gather(entries)[0]?.entry).toBe(entries[0]);
});

it("tells reasons, actions, executions and workflows apart, in the order in which they came", () => {
  const entries = [
    entry(),
    entry({ reason: "refused by the provider" }),
    entry({ action: "Text again" }),
    entry({ execution_id: "e-2" }),
    entry({ workflow_id: "other" }),
    entry(),
  ];
  expect(counts(entries)).toEqual([
    ["Text", "no phone number", 2],
    ["Text", "refused by the provider", 1],
    ["Text again", "no phone number", 1],
    ["Text", "no phone number", 1],
    ["Text", "no phone number", 1],
  ]);
});

it("counts what is planned in vain by why it is in vain", () => {
  const doomed = (why: string) =>
    entry({ kind: "planned", reason: `will be skipped: ${why}`, execution_id: null });
  const cancelled = doomed("the booking was cancelled");
  expect(gather([cancelled, { ...cancelled }, doomed("it is off")])).toMatchObject([
    { count: 2 },
    { count: 1 },
  ]);
});

it("leaves entries as they are", () => {
  const entries = [entry(), entry()];
  gather(entries);
  expect(entries).toEqual([entry(), entry()]);
});
