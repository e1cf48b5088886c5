import { useQueries } from "@tanstack/react-query";

import {
  executionQuery,
  type ExecutionFilter,
  hasEnded,
  LIVE,
  useExecutions,
} from "../api/executions";
import { isTaskOf } from "./taskIds";

const FEW = 10;

/** The last executions in which the action of a task did something, some at a time. */
export function useTaskOutcomes(filter: ExecutionFilter, taskId: string) {
  const list = useExecutions(filter, FEW);
  const heads = list.data?.pages.flatMap((page) => page.executions) ?? [];
  // the log is with each execution alone; one that has ended is not asked for again
  const executions = useQueries({
    queries: heads.map(({ id, status }) => ({
      ...executionQuery(id),
      placeholderData: undefined,
      staleTime: hasEnded(status) ? Number.POSITIVE_INFINITY : LIVE,
      refetchInterval: hasEnded(status) ? (false as const) : LIVE,
    })),
  });
  return {
    list,
    hasAny: heads.length > 0,
    found: executions.flatMap(({ data }) =>
      data?.execution_log.some(({ action }) => isTaskOf(taskId, action)) ? [data] : [],
    ),
    isLoading: list.isPending || executions.some(({ isPending }) => isPending),
    problem: list.error ?? executions.find(({ error }) => error)?.error ?? undefined,
  };
}
