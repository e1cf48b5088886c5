import { ExecutionTable } from "../pages/executions/ExecutionTable";
import { Empty } from "../states/Empty";

interface Props {
  dagId: string;
  runId: string;
}

/** The executions that a run carried out. */
export default function RunPanel({ dagId, runId }: Props) {
  return (
    <ExecutionTable
      filter={{ dag_id: dagId, run_id: runId }}
      hidden={["workflow"]}
      empty={
        <Empty title="No executions">
          This run carried out nothing for a booking: nothing was due when it began, a later run
          took its executions up, or its DAG is not a workflow of bookflow.
        </Empty>
      }
    />
  );
}
