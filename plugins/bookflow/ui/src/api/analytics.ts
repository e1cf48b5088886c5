import { useQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import type { operations } from "./schema";

/** What is counted: which time, whose days, and which workflows. */
export type FigureFilter = Pick<
  NonNullable<operations["get_performance_api_v1_performance_stats_get"]["parameters"]["query"]>,
  "period" | "since" | "until" | "timezone" | "unit" | "workflow" | "trigger"
>;

/** Figures move slowly; more often would only make charts flicker. */
const EVERY_MINUTE = 60_000;
const LONG_LIST = 20;

/** Everything at a glance, of one moment. */
export function useStats(filter: FigureFilter) {
  return useQuery({
    queryKey: ["performance-stats", filter],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/performance-stats", {
          params: { query: { ...filter, limit: LONG_LIST } },
          signal,
        }),
      ),
    refetchInterval: EVERY_MINUTE,
  });
}

/** What actions failed of, with where, and over time. */
export function useFailures(filter: FigureFilter) {
  return useQuery({
    queryKey: ["analytics", "failures", filter],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/analytics/failures", {
          params: { query: { ...filter, limit: LONG_LIST } },
          signal,
        }),
      ),
    refetchInterval: EVERY_MINUTE,
  });
}

/** What actions were skipped for. */
export function useSkips(filter: FigureFilter) {
  return useQuery({
    queryKey: ["analytics", "skips", filter],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/analytics/skips", {
          params: { query: { ...filter, limit: LONG_LIST } },
          signal,
        }),
      ),
    refetchInterval: EVERY_MINUTE,
  });
}

/** How actions ended, by type and one by one. */
export function useActionFigures(filter: FigureFilter) {
  return useQuery({
    queryKey: ["analytics", "actions", filter],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/analytics/actions", {
          params: { query: { ...filter, limit: 2 * LONG_LIST } },
          signal,
        }),
      ),
    refetchInterval: EVERY_MINUTE,
  });
}

/** Figures of one workflow, action by action, with its newest failures. */
export function useWorkflowReport(id: string, filter: FigureFilter) {
  const { period, since, until, timezone, unit } = filter;
  const query = { period, since, until, timezone, unit };
  return useQuery({
    queryKey: ["execution-summary", id, query],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows/{workflow_id}/execution-summary", {
          params: { path: { workflow_id: id }, query },
          signal,
        }),
      ),
    refetchInterval: EVERY_MINUTE,
  });
}

/** Names of workflows to choose from, by what is typed. */
export function useWorkflowNames(search: string) {
  return useQuery({
    queryKey: ["workflows", "names", search],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows", {
          params: { query: { search: search || undefined, sort: "id", limit: 30 } },
          signal,
        }),
      ),
    staleTime: 60_000,
    select: ({ workflows }) => workflows.map(({ id, name }) => ({ id, name })),
  });
}
