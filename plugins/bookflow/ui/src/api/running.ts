import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "./client";
import { useTrial } from "./trials";

/** A wish to run one workflow for one booking; the same `key` again sends nothing twice. */
export interface Run {
  workflow: string;
  booking: string;
  key: string;
}

/** Runs a workflow now for a booking, whatever its trigger. */
export function useRun() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ workflow, booking, key }: Run) =>
      read(
        api.POST("/api/v1/workflows/{workflow_id}/execute", {
          params: { path: { workflow_id: workflow } },
          body: { booking: null, booking_id: booking, idempotency_key: key },
        }),
      ),
    retry: false,
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["executions"] });
      void queries.invalidateQueries({ queryKey: ["timeline"] });
    },
  });
}

/** What running it now would do. */
export function useRunTrial(workflow: string, booking: string) {
  return useTrial(workflow, { mode: "real_data", booking_id: booking, by_hand: true });
}

/** The newest execution of a workflow for a booking; null where it has not run for it. */
export function useLastRun(workflow: string, booking: string) {
  return useQuery({
    queryKey: ["executions", "last", workflow, booking],
    queryFn: async ({ signal }) => {
      const query = { workflow, booking, limit: 1 };
      const { executions } = await read(
        api.GET("/api/v1/executions", { params: { query }, signal }),
      );
      return executions[0] ?? null;
    },
    placeholderData: undefined,
  });
}
