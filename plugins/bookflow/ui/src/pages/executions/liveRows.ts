import type { ExecutionList, ExecutionSummary } from "../../api/schema";

/** Gives the rows that are shown, each as it is now, wherever the newest page tells. */
export function freshenRows(
  shown: ExecutionSummary[],
  newest: ExecutionList | undefined,
): ExecutionSummary[] {
  const now = new Map(newest?.executions.map((row) => [row.id, row]));
  return shown.map((row) => now.get(row.id) ?? row);
}

/** Counts what came since: the rows of the newest page above the first one that is shown. */
export function countNew(shown: ExecutionSummary[], newest: ExecutionList | undefined): number {
  if (!newest) return 0;
  const known = new Set(shown.map((row) => row.id));
  const place = newest.executions.findIndex((row) => known.has(row.id));
  return place < 0 ? newest.executions.length : place;
}

/**
 * Puts the newest page in front of the pages that were read.
 *
 * Where so much came that it no longer meets them, the list begins anew.
 */
export function mergeNewest(pages: ExecutionList[], newest: ExecutionList): ExecutionList[] {
  const [first, ...others] = pages;
  const last = newest.executions.at(-1);
  const place = first?.executions.findIndex((row) => row.id === last?.id) ?? -1;
  if (!first || place < 0 || newest.next_cursor === null) return [newest];
  const rest = first.executions.slice(place + 1);
  const executions = [...newest.executions, ...rest];
  // with nothing below it, the newest page knows best where the next one begins
  const next_cursor = rest.length || others.length ? first.next_cursor : newest.next_cursor;
  return [{ executions, next_cursor }, ...others];
}
