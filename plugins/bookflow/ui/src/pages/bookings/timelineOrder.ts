import type { TimelineEntry } from "../../api/schema";

const OPEN: TimelineEntry["kind"][] = ["planned", "retrying", "waiting"];

/** Whether something is yet to happen. */
export function isOpen(entry: TimelineEntry): boolean {
  return OPEN.includes(entry.kind);
}

/** When it happened, or is to happen. */
export function timeOf(entry: TimelineEntry): string | null {
  return isOpen(entry) ? (entry.next_attempt_at ?? entry.at) : entry.at;
}

/** What stands above and below the line "now", each in order of time. */
export interface SplitTimeline {
  past: TimelineEntry[];
  future: TimelineEntry[];
}

/** Parts what is done from what is yet to be done, whenever that was due. */
export function splitAtNow(entries: TimelineEntry[]): SplitTimeline {
  const inOrder = [...entries].sort((a, b) => instantOf(a) - instantOf(b));
  return {
    past: inOrder.filter((entry) => !isOpen(entry)),
    future: inOrder.filter(isOpen),
  };
}

function instantOf(entry: TimelineEntry): number {
  const at = timeOf(entry);
  return at ? new Date(at).getTime() : Number.POSITIVE_INFINITY;
}

const STOPPED = "will be skipped: ";

/** Why something planned will not be done as things stand, if so. */
export function whyNever(entry: TimelineEntry): string | undefined {
  if (entry.kind !== "planned" || !entry.reason) return undefined;
  return entry.reason.replace(STOPPED, "");
}

/** The workflows of a timeline, by id, with their names. */
export function workflowsOf(entries: TimelineEntry[]): Record<string, string> {
  const named = entries.map((entry) => [entry.workflow_id, entry.workflow_name] as const);
  return Object.fromEntries(named.sort(([, a], [, b]) => a.localeCompare(b)));
}
