import { ApiProblem } from "../api/client";

const NOT_FOUND = 404;

/** Whether the API does not know what was asked for. */
export function isUnknown(problem: Error | null): boolean {
  return problem instanceof ApiProblem && problem.status === NOT_FOUND;
}
