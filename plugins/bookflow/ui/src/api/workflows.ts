import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "./client";
import type { Account, operations, Workflow, WorkflowSummary } from "./schema";

export type WorkflowFilter = Omit<
  NonNullable<operations["get_workflows_api_v1_workflows_get"]["parameters"]["query"]>,
  "cursor" | "limit"
>;

/** How many workflows a page of the list has. */
export const PAGE = 50;
const LIVE = 10_000;
const LIVE_PAGES = 2;

/** Workflows, page by page; those that are shown stay up to date by themselves. */
export function useWorkflows(filter: WorkflowFilter) {
  return useInfiniteQuery({
    queryKey: ["workflows", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/workflows", {
          params: { query: { ...filter, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > LIVE_PAGES ? false : LIVE),
  });
}

/** How many workflows there are in each state, and what they can be narrowed to. */
export function useChoices() {
  return useQuery({
    queryKey: ["workflows", "choices"],
    queryFn: ({ signal }) => read(api.GET("/api/v1/choices", { signal })),
    staleTime: LIVE,
    refetchInterval: 3 * LIVE,
  });
}

/** One workflow with its spec; `etagOf` of it goes into `If-Match`. */
export function useWorkflow(id: string) {
  return useQuery({
    queryKey: ["workflow", id],
    queryFn: async ({ signal }) =>
      (await read(
        api.GET("/api/v1/workflows/{workflow_id}", {
          params: { path: { workflow_id: id } },
          signal,
        }),
      )) as Workflow,
    // that of another workflow is of no use here
    placeholderData: undefined,
  });
}

/** The `ETag` of what was read: a change of anything newer is refused with 412. */
export function etagOf({ version }: { version: string }): string {
  return `"${version}"`;
}

type Owned = Pick<WorkflowSummary, "organizer">;

/** Whether the user may change a workflow, as far as can be told without asking the server. */
export function mayChange(account: Account, workflow: Owned) {
  return account.may_edit && isOwn(account, workflow);
}

/** Whether the user may run a workflow, as far as can be told without asking the server. */
export function mayStart(account: Account, workflow: Owned) {
  return account.may_run && isOwn(account, workflow);
}

function isOwn({ own_names }: Account, { organizer }: Owned): boolean {
  if (own_names === null) return true;
  const own = own_names.map((name) => name.toLowerCase());
  return organizer !== null && own.includes(organizer.toLowerCase());
}

/** Reads everything about workflows anew after a change. */
export function useWorkflowsChanged() {
  const queries = useQueryClient();
  // nobody waits for it: what was done is done
  return () => {
    for (const name of ["workflows", "workflow", "versions"]) {
      void queries.invalidateQueries({ queryKey: [name] });
    }
  };
}

/** Switches workflows on or off; the answer says what became of each. */
export function useActivation() {
  const changed = useWorkflowsChanged();
  return useMutation({
    mutationFn: ({ ids, isActive }: { ids: string[]; isActive: boolean }) =>
      read(
        api.POST("/api/v1/workflows/bulk", {
          body: { ids, filter: null, change: { is_active: isActive } },
        }),
      ),
    onSettled: changed,
  });
}

/** Tries workflows on a made-up booking; nothing is sent. */
export function useBulkTest() {
  return useMutation({
    mutationFn: (ids: string[]) =>
      read(
        api.POST("/api/v1/bulk-test", {
          body: {
            workflow_ids: ids,
            filter: null,
            mode: "mock_data",
            at: null,
            booking: null,
            booking_id: null,
            overrides: null,
            variant: null,
          },
        }),
      ),
  });
}

/** Copies a workflow; the copy is not active. */
export function useDuplication(id: string) {
  const changed = useWorkflowsChanged();
  return useMutation({
    mutationFn: (copy: { id: string; name: string | null }) =>
      read(
        api.POST("/api/v1/workflows/{workflow_id}/duplicate", {
          params: { path: { workflow_id: id } },
          body: copy,
        }),
      ),
    onSuccess: changed,
  });
}

/** Deletes the version of a workflow that was read, and no newer one. */
export function useDeletion() {
  const changed = useWorkflowsChanged();
  return useMutation({
    mutationFn: (workflow: Pick<WorkflowSummary, "id" | "version">) =>
      read(
        api.DELETE("/api/v1/workflows/{workflow_id}", {
          params: {
            path: { workflow_id: workflow.id },
            header: { "if-match": etagOf(workflow) },
          },
        }),
      ),
    onSettled: changed,
  });
}
