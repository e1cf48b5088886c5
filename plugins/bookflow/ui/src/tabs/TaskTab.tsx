import { lazy } from "react";

import { WithQueries } from "./WithQueries";

const TaskPanel = lazy(() => import("./TaskPanel"));

interface Props {
  dagId: string;
  taskId?: string;
  /** Only where the task is looked at within a run. */
  runId?: string;
}

/** The tab "Deliveries" on the page of a task. */
export function TaskTab({ dagId, taskId = "", runId }: Props) {
  return (
    <WithQueries>
      <TaskPanel key={taskId} dagId={dagId} taskId={taskId} runId={runId} />
    </WithQueries>
  );
}
