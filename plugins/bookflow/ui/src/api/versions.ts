import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";

import { ApiProblem, api, read } from "./client";
import type { Workflow } from "./schema";
import { etagOf, useWorkflowsChanged } from "./workflows";

const MINUTE = 60_000;
const GONE = 404;

/** What git knows of a workflow's file, the newest first. */
export function useVersions(id: string) {
  return useInfiniteQuery({
    queryKey: ["versions", id],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/workflows/{workflow_id}/versions", {
          params: { path: { workflow_id: id }, query: { cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: undefined,
    refetchInterval: MINUTE,
  });
}

/** Workflows that were deleted and are still gone, the last deleted first. */
export function useDeletedWorkflows() {
  return useQuery({
    queryKey: ["versions", "deleted"],
    queryFn: ({ signal }) => read(api.GET("/api/v1/deleted-workflows", { signal })),
    staleTime: MINUTE / 4,
    refetchInterval: MINUTE,
    placeholderData: undefined,
  });
}

/** What changed between two commits; the file as it is now stands in for a missing `to`. */
export function useDifference(id: string, from: string | null, to: string | null) {
  return useQuery({
    queryKey: ["versions", id, "diff", from, to],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows/{workflow_id}/diff", {
          params: { path: { workflow_id: id }, query: { from: from ?? "", to } },
          signal,
        }),
      ),
    enabled: from !== null,
    placeholderData: undefined,
  });
}

/** The text of the file at a commit. */
export function useVersionText(id: string, commit: string | null) {
  return useQuery({
    queryKey: ["versions", id, "text", commit],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows/{workflow_id}/versions/{commit}", {
          params: { path: { workflow_id: id, commit: commit ?? "" } },
          signal,
        }),
      ),
    enabled: commit !== null,
    placeholderData: undefined,
  });
}

/** The workflow as it is now, or null where it was deleted. */
export function useWorkflowIfThere(id: string) {
  return useQuery({
    queryKey: ["workflow", id, "if there"],
    queryFn: async ({ signal }): Promise<Workflow | null> => {
      try {
        const answer = api.GET("/api/v1/workflows/{workflow_id}", {
          params: { path: { workflow_id: id } },
          signal,
        });
        // text comes only where YAML is asked for
        return (await read(answer)) as Workflow;
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.status === GONE) return null;
        throw problem;
      }
    },
    placeholderData: undefined,
  });
}

interface Restoring {
  id: string;
  commit: string;
  /** What is there now; null where it was deleted, and there is nothing to lose. */
  now: Workflow | null;
}

/** What going back to a commit would change; nothing is saved. */
export function useRestorePreview({ id, commit, now }: Restoring, isReady: boolean) {
  return useQuery({
    queryKey: ["versions", id, "restore", commit, now?.version ?? null],
    queryFn: () => restore({ id, commit, now }, true),
    enabled: isReady,
    retry: false,
    placeholderData: undefined,
  });
}

/** Goes back to a commit, unless somebody saved since `now` was read. */
export function useRestoring() {
  const changed = useWorkflowsChanged();
  return useMutation({
    mutationFn: (wanted: Restoring) => restore(wanted, false),
    onSettled: changed,
  });
}

function restore({ id, commit, now }: Restoring, isDry: boolean) {
  return read(
    api.POST("/api/v1/workflows/{workflow_id}/restore", {
      params: {
        path: { workflow_id: id },
        query: isDry ? { dry_run: true } : {},
        header: now ? { "if-match": etagOf(now) } : {},
      },
      body: { commit },
    }),
  );
}
