import type { TimelineEntry } from "../../api/schema";
import { isOpen, whyNever } from "./timelineOrder";

const HEADLINES: Record<TimelineEntry["kind"], string> = {
  planned: "planned",
  sent: "sent",
  skipped: "not sent",
  failed: "failed",
  updated: "done",
  cancelled: "called off",
  retrying: "tried again",
  waiting: "waits",
};

/** How an entry stands, in a word or two: "not sent", "will not be sent". */
export function standingOf(entry: TimelineEntry): string {
  const isUpdate = entry.type === "update_booking";
  if (whyNever(entry)) return isUpdate ? "will not be done" : "will not be sent";
  if (entry.kind === "skipped" && isUpdate) return "not done";
  return HEADLINES[entry.kind];
}

/** The status whose colors an entry has. */
export function statusOf(entry: TimelineEntry): string {
  return whyNever(entry) ? "skipped" : entry.kind;
}

const LEADS: Partial<Record<TimelineEntry["kind"], string>> = {
  retrying: "It failed and is tried again:",
  waiting: "It waits:",
};

/** What stands before the reason of an entry, where how it stands does not say it. */
export function leadOf(entry: TimelineEntry): string | undefined {
  const isUpdate = entry.type === "update_booking";
  if (whyNever(entry)) return isUpdate ? "Will not be done:" : "Will not be sent:";
  return LEADS[entry.kind];
}

/** The reason itself. */
export function reasonOf(entry: TimelineEntry): string | undefined {
  return whyNever(entry) ?? entry.reason ?? undefined;
}

/** Whether something planned was due already, and its run only has to come. */
export function isDueNow(entry: TimelineEntry, now: number): boolean {
  return isOpen(entry) && entry.at !== null && new Date(entry.at).getTime() <= now;
}
