import { paths, withQuery } from "../app/paths";

/** Where the executions are that an action failed in, perhaps of one workflow or for one cause. */
export function failedExecutions(workflow?: string, cause?: string): string {
  return withQuery(paths.executions, { workflow, cause, failures: "true" });
}

/** Where the executions are that an action was skipped in for this cause. */
export function skippedExecutions(cause: string, workflow?: string): string {
  return withQuery(paths.executions, { workflow, cause });
}
