import type { IncidentState } from "../../api/schema";

/** A figure of an incident: a text, or a time as the API writes it. */
export interface IncidentFigure {
  name: string;
  text?: string;
  at?: string;
}

type Details = IncidentState["details"];

const MINUTE = 60;

/** The figures that an incident was last seen with. */
export function figuresOf({ kind, details }: IncidentState): IncidentFigure[] {
  return (FIGURES[kind]?.(details) ?? []).filter(({ text, at }) => text ?? at);
}

/** What has to be crossed before it is an incident; absent for kinds that know no measure. */
export function thresholdOf({ kind, details }: IncidentState): string | undefined {
  const seconds = numberOf(details, "limit_seconds");
  const limit = seconds === undefined ? undefined : spellSeconds(seconds);
  if (kind === "failures") return failureThreshold(details);
  if (limit === undefined) return undefined;
  if (kind === "slow") return `An execution takes longer than ${limit}`;
  if (kind === "waiting") return `What is due waits for a run longer than ${limit}`;
  if (kind === "clock") return `The clock has not ticked for ${limit}`;
  if (kind === "endpoint") return `It fails for ${limit}, or is disabled`;
  return undefined;
}

/** The causes that most of the failures had. */
export function causesOf({ details: { causes } }: IncidentState): string[] {
  return Array.isArray(causes) ? causes.filter((one) => typeof one === "string") : [];
}

function failureThreshold(details: Details): string | undefined {
  const percent = numberOf(details, "limit_percent");
  if (percent === undefined) return undefined;
  const least = numberOf(details, "limit_executions");
  const minutes = numberOf(details, "window_minutes");
  const among = least === undefined ? "" : ` of at least ${String(least)} executions`;
  const within = minutes === undefined ? "" : ` within ${spellSeconds(minutes * MINUTE)}`;
  return `More than ${String(percent)} %${among} fail${within}`;
}

const FIGURES: Record<string, (details: Details) => IncidentFigure[]> = {
  failures: (details) => [{ name: "Failed", text: failedOf(details) }],
  slow: (details) => [
    { name: "Still at work", text: textOf(details, "running") },
    { name: "Ended, and took too long", text: textOf(details, "ended") },
    { name: "The longest took", text: secondsOf(details, "longest_seconds") },
  ],
  waiting: (details) => [{ name: "The oldest was due", at: textOf(details, "oldest_due_at") }],
  clock: (details) => [
    { name: "It ticked last", at: textOf(details, "ticked_at") },
    { name: "It ticked", text: details.ticked_at === null ? "never" : undefined },
  ],
  endpoint: (details) => [
    { name: "Failures in a row", text: textOf(details, "failures") },
    { name: "Cause", text: textOf(details, "error_code") },
  ],
  spec: (details) => [{ name: "Errors in the file", text: textOf(details, "issues") }],
  validation: (details) => [
    {
      name: "Checks that found something",
      text: Array.isArray(details.checks)
        ? details.checks.map((one) => String(one).replaceAll("_", " ")).join(", ")
        : undefined,
    },
  ],
};

function failedOf(details: Details): string | undefined {
  const [failed, total] = [textOf(details, "failed"), textOf(details, "total")];
  if (failed === undefined || total === undefined) return undefined;
  const percent = textOf(details, "percent");
  return `${failed} of ${total}${percent === undefined ? "" : ` (${percent} %)`}`;
}

function secondsOf(details: Details, name: string): string | undefined {
  const seconds = numberOf(details, name);
  return seconds === undefined ? undefined : spellSeconds(seconds);
}

function numberOf(details: Details, name: string): number | undefined {
  const value: unknown = details[name];
  return typeof value === "number" ? value : undefined;
}

function textOf(details: Details, name: string): string | undefined {
  const value: unknown = details[name];
  return typeof value === "number" || typeof value === "string" ? String(value) : undefined;
}

function spellSeconds(seconds: number): string {
  if (seconds < 2 * MINUTE || seconds % MINUTE) return `${String(seconds)} s`;
  return `${String(seconds / MINUTE)} minutes`;
}
