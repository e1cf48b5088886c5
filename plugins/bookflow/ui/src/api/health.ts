import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, ApiProblem, read } from "./client";
import type { Health, operations } from "./schema";

type QueryOf<Operation extends keyof operations> = Omit<
  NonNullable<operations[Operation]["parameters"]["query"]>,
  "cursor" | "limit"
>;

/** Which incidents. */
export type IncidentFilter = QueryOf<"list_incidents_api_v1_incidents_get">;
/** Which of the requests that came in. */
export type InboundFilter = QueryOf<"list_requests_api_v1_inbound_requests_get">;
/** Which changes. */
export type AuditFilter = QueryOf<"list_audit_api_v1_audit_get">;

const LIVE = 10_000;

/** Lists that somebody scrolled further into are not read anew beneath their eyes. */
const whileOnFirstPage = (query: { state: { data?: { pages: unknown[] } } }) =>
  (query.state.data?.pages.length ?? 0) > 1 ? false : LIVE;

const ofPages = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
};

/** The state of each part; "unhealthy" comes as 503 and is an answer like any other. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }): Promise<Health> => {
      try {
        return await read(api.GET("/api/v1/health", { signal }));
      } catch (problem) {
        const said = problem instanceof ApiProblem ? problem.said : {};
        if ("components" in said) return said as unknown as Health;
        throw problem;
      }
    },
    refetchInterval: LIVE,
  });
}

/** Where messages go, those in trouble first. */
export function useEndpoints() {
  return useQuery({
    queryKey: ["endpoints"],
    queryFn: ({ signal }) => read(api.GET("/api/v1/endpoints", { signal })),
    refetchInterval: LIVE,
  });
}

/** Has an endpoint called again. */
export function useEnableEndpoint() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => read(api.POST("/api/v1/endpoints/enable", { body: { key } })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["endpoints"] });
      void queries.invalidateQueries({ queryKey: ["health"] });
    },
  });
}

/** What was found wrong, the newest first. */
export function useIncidents(filter: IncidentFilter) {
  return useInfiniteQuery({
    ...ofPages,
    queryKey: ["incidents", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/incidents", {
          params: { query: { ...filter, cursor: pageParam } },
          signal,
        }),
      ),
    refetchInterval: whileOnFirstPage,
  });
}

/** One incident; read again as long as it is open. */
export function useIncident(id: string) {
  return useQuery({
    queryKey: ["incident", id],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/incidents/{incident_id}", {
          params: { path: { incident_id: id } },
          signal,
        }),
      ),
    refetchInterval: (query) => (query.state.data?.state === "closed" ? false : LIVE),
    placeholderData: undefined,
  });
}

/** Closes an incident by hand. */
export function useCloseIncident() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, note }: { id: string; note: string | null }) =>
      read(
        api.POST("/api/v1/incidents/{incident_id}/close", {
          params: { path: { incident_id: id } },
          body: { note },
        }),
      ),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["incidents"] });
      void queries.invalidateQueries({ queryKey: ["incident"] });
      void queries.invalidateQueries({ queryKey: ["health"] });
    },
  });
}

/** What platforms sent, the newest first; for admins. */
export function useInboundRequests(filter: InboundFilter) {
  return useInfiniteQuery({
    ...ofPages,
    queryKey: ["inbound-requests", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/inbound-requests", {
          params: { query: { ...filter, cursor: pageParam } },
          signal,
        }),
      ),
    refetchInterval: whileOnFirstPage,
  });
}

/** One request with its headers and body, personal data masked. */
export function useInboundRequest(id: string) {
  return useQuery({
    queryKey: ["inbound-requests", "one", id],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/inbound-requests/{request_id}", {
          params: { path: { request_id: id } },
          signal,
        }),
      ),
    staleTime: Infinity,
    placeholderData: undefined,
  });
}

/** Has a kept request run again. */
export function useReplay() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      read(
        api.POST("/api/v1/inbound-requests/{request_id}/replay", {
          params: { path: { request_id: id } },
        }),
      ),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["inbound-requests"] }),
  });
}

/** Who changed what, the newest first; for admins. */
export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    ...ofPages,
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/audit", { params: { query: { ...filter, cursor: pageParam } }, signal }),
      ),
    refetchInterval: whileOnFirstPage,
  });
}

/** Workflows whose file does not hold; they do not run. */
export function useInvalidWorkflows() {
  return useQuery({
    queryKey: ["workflows", "invalid"],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows", {
          params: { query: { state: "invalid", sort: "-updated_at", limit: 50 } },
          signal,
        }),
      ),
    refetchInterval: 30_000,
  });
}
