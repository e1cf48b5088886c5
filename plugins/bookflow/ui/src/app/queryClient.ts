import { QueryClient } from "@tanstack/react-query";

import { ApiProblem } from "../api/client";

const RETRIES = 2;

/** Worth a second try: no answer, a server that starts, or one with too many requests. */
function mayPass(problem: Error): boolean {
  return problem instanceof ApiProblem && (problem.status === 0 || problem.status >= 502);
}

/** Of the module, not of a component: Airflow mounts the page anew at each change of the path. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 10 * 60_000,
      retry: (count, problem) => count < RETRIES && mayPass(problem),
      // what was there stays on the page while a filter changes
      placeholderData: (before: unknown) => before,
    },
  },
});
