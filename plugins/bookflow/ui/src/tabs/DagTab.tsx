import { lazy } from "react";

import { WithQueries } from "./WithQueries";

const DagPanel = lazy(() => import("./DagPanel"));

interface Props {
  dagId: string;
}

/** The tab "Workflow" on the page of a DAG. */
export function DagTab({ dagId }: Props) {
  return (
    <WithQueries>
      <DagPanel key={dagId} dagId={dagId} />
    </WithQueries>
  );
}
