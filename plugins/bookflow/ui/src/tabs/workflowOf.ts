const PREFIX = "bookflow-";

/** The workflow that a DAG carries out: one written by hand goes by its own id. */
export function workflowOf(dagId: string): string {
  return dagId.startsWith(PREFIX) ? dagId.slice(PREFIX.length) : dagId;
}
