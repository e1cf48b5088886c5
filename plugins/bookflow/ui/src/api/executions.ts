import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { api, read } from "./client";
import type { Execution, operations } from "./schema";

export type ExecutionFilter = Omit<
  NonNullable<operations["list_executions_api_v1_executions_get"]["parameters"]["query"]>,
  "cursor" | "limit"
>;

/** How often what is on the page is read again, in milliseconds. */
export const LIVE = 5_000;

/** How many executions a page of the list has. */
export const PAGE_SIZE = 50;

/** The key that the pages of a list are remembered by. */
export function listKey(filter: ExecutionFilter, limit = PAGE_SIZE) {
  return ["executions", "pages", filter, limit] as const;
}

function readPage(filter: ExecutionFilter, limit: number, signal: AbortSignal, cursor?: string) {
  const query = { ...filter, limit, cursor };
  return read(api.GET("/api/v1/executions", { params: { query }, signal }));
}

/** Executions, page by page. */
export function useExecutions(filter: ExecutionFilter, limit = PAGE_SIZE) {
  return useInfiniteQuery({
    queryKey: listKey(filter, limit),
    queryFn: ({ pageParam, signal }) => readPage(filter, limit, signal, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // what is new comes by `useNewestExecutions`, without moving what one reads
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The first page again and again, which tells what is new however far down one has scrolled. */
export function useNewestExecutions(filter: ExecutionFilter, limit = PAGE_SIZE) {
  return useQuery({
    queryKey: ["executions", "head", filter, limit],
    queryFn: ({ signal }) => readPage(filter, limit, signal),
    placeholderData: undefined,
    refetchInterval: LIVE,
  });
}

/** Whether nothing more will happen to an execution by itself. */
export function hasEnded(status: string): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** How an execution is asked for, for one and for many. */
export function executionQuery(id: string) {
  return {
    queryKey: ["execution", id] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      read(
        api.GET("/api/v1/executions/{execution_id}", {
          params: { path: { execution_id: id } },
          signal,
        }),
      ),
  };
}

/** One execution with its log; read again until it has ended, then seldom. */
export function useExecution(id: string) {
  return useQuery({
    ...executionQuery(id),
    placeholderData: undefined,
    refetchInterval: (query) =>
      query.state.data && hasEnded(query.state.data.status) ? 30_000 : LIVE,
  });
}

/** What people decide about an execution. */
export type Decision =
  { kind: "retry"; action?: string | undefined } | { kind: "cancel"; reason: string };

/** Has an execution tried again, or ends it; what is shown of it is up to date at once. */
export function useDecision(id: string) {
  const queries = useQueryClient();
  return useMutation<Execution, Error, Decision>({
    mutationFn: (decision) => decide(id, decision),
    onSuccess: async (execution) => {
      queries.setQueryData(["execution", id], execution);
      await queries.invalidateQueries({ queryKey: ["executions"] });
      await queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
}

function decide(id: string, decision: Decision): Promise<Execution> {
  const params = { path: { execution_id: id } };
  return decision.kind === "retry"
    ? read(
        api.POST("/api/v1/executions/{execution_id}/retry", {
          params,
          body: { action: decision.action ?? null },
        }),
      )
    : read(
        api.POST("/api/v1/executions/{execution_id}/cancel", {
          params,
          body: { reason: decision.reason || null },
        }),
      );
}
