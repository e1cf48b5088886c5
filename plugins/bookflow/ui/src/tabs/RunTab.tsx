import { lazy } from "react";

import { WithQueries } from "./WithQueries";

const RunPanel = lazy(() => import("./RunPanel"));

interface Props {
  dagId: string;
  runId: string;
}

/** The tab "Executions" on the page of a run. */
export function RunTab({ dagId, runId }: Props) {
  return (
    <WithQueries>
      <RunPanel key={runId} dagId={dagId} runId={runId} />
    </WithQueries>
  );
}
