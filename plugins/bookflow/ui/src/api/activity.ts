import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import { viewerZone } from "../times/formats";
import { ApiProblem, api, read } from "./client";
import type { DailyOutcomes } from "./schema";

/** Executions that ended, day by day, the oldest day first. */
export type Activity = DailyOutcomes;

const MOST = 50;
const MINUTE = 60_000;
const NONE: Record<string, Activity> = {};

/** What became of the executions of workflows in the last days; null where the API doesn't say. */
export function useActivity(ids: string[], days = 14): Record<string, Activity> | null {
  const groups = Array.from({ length: Math.ceil(ids.length / MOST) }, (_, group) =>
    ids.slice(group * MOST, (group + 1) * MOST).sort(),
  );
  const found = useQueries({
    queries: groups.map((group) => ({
      queryKey: ["activity", days, group],
      queryFn: ({ signal }: { signal: AbortSignal }) => readActivity(group, days, signal),
      staleTime: MINUTE,
      refetchInterval: MINUTE,
    })),
    combine: gather,
  });
  const [seen, setSeen] = useState(found);
  const [kept, setKept] = useState(found);
  // another order asks for other groups: what is known stays meanwhile, or all rows were drawn twice
  if (found !== seen) {
    setSeen(found);
    if (found) setKept({ ...kept, ...found });
  }
  return kept;
}

async function readActivity(ids: string[], days: number, signal: AbortSignal) {
  try {
    const { workflows } = await read(
      api.GET("/api/v1/analytics/activity", {
        params: { query: { workflow: ids.join(","), days, timezone: viewerZone() } },
        signal,
      }),
    );
    return workflows;
  } catch (problem) {
    // the figures are an extra: a server without this route shows the list as well
    if (problem instanceof ApiProblem && problem.status === 404) return null;
    throw problem;
  }
}

function gather(answers: { data?: Record<string, Activity> | null }[]) {
  const known = answers
    .map(({ data }) => data)
    .filter((data) => data !== null && data !== undefined);
  return known.length ? (Object.assign({}, NONE, ...known) as Record<string, Activity>) : null;
}
