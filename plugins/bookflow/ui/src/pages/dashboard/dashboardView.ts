import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

import type { WorkflowFilter } from "../../api/workflows";

const FILTERS = ["search", "trigger", "organizer", "state", "event_type"] as const;
export type FilterName = (typeof FILTERS)[number];

const SORTS = new Set(["name", "trigger", "state", "success_rate", "last_executed_at"]);
const FIRST_SORT = "name";

/** Takes what the address says; what the API doesn't know is left out, so that no link breaks. */
export function readView(params: URLSearchParams): WorkflowFilter & { sort: string } {
  const sort = params.get("sort") ?? "";
  const view: WorkflowFilter & { sort: string } = {
    sort: SORTS.has(sort.replace(/^-/, "")) ? sort : FIRST_SORT,
  };
  for (const name of FILTERS) {
    const value = params.get(name);
    if (value) view[name] = value;
  }
  return view;
}

/** The next order after a click on a column: up, then down. Of figures the bad ones come first. */
export function turnSort(now: string, column: string): string {
  return now === column ? `-${column}` : column;
}

/** Filters and order of the dashboard, kept in the query string. */
export function useDashboardView() {
  const [params, setParams] = useSearchParams();
  const view = readView(params);
  const set = useCallback(
    (name: FilterName | "sort", value: string) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (value) after.set(name, value);
          else after.delete(name);
          return after;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  const clear = () => {
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const name of FILTERS) after.delete(name);
        return after;
      },
      { replace: true },
    );
  };
  return { view, set, clear, isFiltered: FILTERS.some((name) => Boolean(view[name])) };
}
