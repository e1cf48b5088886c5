/** The kinds of incidents, in words. */
export const KINDS: Record<string, string> = {
  failures: "Executions fail",
  slow: "Executions are slow",
  waiting: "Executions wait for a run",
  clock: "The clock stands still",
  endpoint: "An endpoint fails",
  spec: "A workflow file is invalid",
  configuration: "The configuration is wrong",
  validation: "The nightly validation found something",
};

const ADVICE: Record<string, string> = {
  failures: "Look at the failed executions and mend the cause; then try them again.",
  slow: "Look at which action takes long; often a webhook answers late.",
  waiting: "See that the DAG is not paused in Airflow, and that its scheduler works.",
  clock: "See that the DAG bookflow_clock is not paused, and that Airflow's scheduler works.",
  endpoint: "See the tab Endpoints; once the other side works again, enable it there.",
  spec: "Open the workflow and correct what it says.",
  configuration: "Ask who runs Airflow to set what is missing.",
  validation: "Open the workflow: something that it names is not there.",
};

/** What to do about an incident that is open. */
export function adviceFor(kind: string): string {
  return ADVICE[kind] ?? "Ask who runs Airflow to look into it.";
}
