import type { ExecutionFilter } from "../../api/executions";

/** The filters that the page has in its address; the same names as in the API, and `span`. */
export const FILTER_KEYS = [
  "workflow",
  "booking",
  "status",
  "trigger",
  "failures",
  "cause",
  "since",
  "until",
  "span",
  "event",
  "dag_id",
  "run_id",
] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

/** Spans of time up to now, in hours. */
export const SPANS: Record<string, { name: string; hours: number }> = {
  "1h": { name: "Last hour", hours: 1 },
  "24h": { name: "Last 24 hours", hours: 24 },
  "7d": { name: "Last 7 days", hours: 7 * 24 },
  "30d": { name: "Last 30 days", hours: 30 * 24 },
};

export const STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;

/** The orders of the list, in words. */
export const ORDERS: Record<string, string> = {
  "-created_at": "Newest first",
  created_at: "Oldest first",
  "-due_at": "Due last first",
  due_at: "Due first",
  "-completed_at": "Ended last first",
  completed_at: "Ended first",
};
export const NEWEST = "-created_at";

/** The time that an order goes by, which is then the one shown. */
export function timeOfOrder(sort: string): "created_at" | "due_at" | "completed_at" {
  const field = sort.replace("-", "");
  return field === "due_at" || field === "completed_at" ? field : "created_at";
}

/** Reads filters and order from the address; `now` is what a span counts back from. */
export function readFilter(query: URLSearchParams, now: number): ExecutionFilter {
  const text = (key: FilterKey) => query.get(key)?.trim() ?? undefined;
  const run = { dag_id: text("dag_id"), run_id: text("run_id") };
  const failures = text("failures");
  const sort = query.get("sort");
  const filter: ExecutionFilter = {
    workflow: text("workflow"),
    booking: text("booking"),
    status: readStatuses(query).join(",") || undefined,
    trigger: text("trigger"),
    failures: failures === "true" ? true : failures === "false" ? false : undefined,
    cause: text("cause"),
    event: text("event"),
    ...readSpan(query, now),
    // the API wants both or none
    ...(run.dag_id && run.run_id ? run : {}),
    sort: sort && sort in ORDERS && sort !== NEWEST ? sort : undefined,
  };
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""),
  );
}

function readSpan(query: URLSearchParams, now: number): Pick<ExecutionFilter, "since" | "until"> {
  const span = SPANS[query.get("span") ?? ""];
  if (span) return { since: new Date(now - span.hours * 3_600_000).toISOString() };
  return { since: readInstant(query.get("since")), until: readInstant(query.get("until")) };
}

/** A time that can't be read is left out, so that a mistyped link still shows a list. */
function readInstant(text: string | null): string | undefined {
  const at = text ? new Date(text) : undefined;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** The statuses chosen in the address; unknown ones are left out. */
export function readStatuses(query: URLSearchParams): string[] {
  const named = (query.get("status") ?? "").split(",");
  return STATUSES.filter((status) => named.includes(status));
}

/** Changes some filters in the address and leaves all other keys, Airflow's too, as they are. */
export function changeFilter(
  query: URLSearchParams,
  changes: Partial<Record<FilterKey | "sort", string | undefined>>,
): URLSearchParams {
  const changed = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value) changed.set(key, value);
    else changed.delete(key);
  }
  return changed;
}

/** Tells whether anything is filtered at all. */
export function isFiltered(query: URLSearchParams): boolean {
  return FILTER_KEYS.some((key) => query.get(key));
}
