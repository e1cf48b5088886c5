import { App } from "./app/App";
import { DagTab } from "./tabs/DagTab";
import { RunTab } from "./tabs/RunTab";
import { TaskTab } from "./tabs/TaskTab";

/**
 * Airflow looks for a component under the exact name of each entry of `plugin.py`; what this
 * module exports it ignores.
 */
Object.assign(globalThis, {
  Workflows: App,
  Workflow: DagTab,
  Executions: RunTab,
  Deliveries: TaskTab,
});
