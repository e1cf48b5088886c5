/** Where the pages are within Airflow; the host's router adds the path of its own. */
export const ROOT = "/plugin/workflows";

const at = (...parts: string[]) => [ROOT, ...parts.map(encodeURIComponent)].join("/");

export const paths = {
  dashboard: ROOT,
  newWorkflow: at("new"),
  workflow: (id: string) => at("workflow", id),
  test: (id: string) => at("workflow", id, "test"),
  history: (id: string) => at("workflow", id, "history"),
  figures: (id: string) => at("workflow", id, "figures"),
  executions: at("executions"),
  execution: (id: string) => at("executions", id),
  bookings: at("bookings"),
  booking: (id: string) => at("bookings", id),
  upcoming: at("upcoming"),
  analytics: at("analytics"),
  templates: at("templates"),
  template: (id: string) => at("templates", id),
  health: at("health"),
  incident: (id: string) => at("health", "incidents", id),
  deleted: at("deleted"),
};

/** Adds a query string. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length ? `${path}?${new URLSearchParams(given).toString()}` : path;
}

/** Airflow's own pages. */
export const airflow = {
  dag: (dagId: string) => `/dags/${encodeURIComponent(dagId)}`,
  run: (dagId: string, runId: string) =>
    `/dags/${encodeURIComponent(dagId)}/runs/${encodeURIComponent(runId)}`,
};
