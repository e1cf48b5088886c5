import { Heading, Stack } from "@chakra-ui/react";

import { useNewestExecutions } from "../api/executions";
import { useWorkflow } from "../api/workflows";
import { ExecutionTable } from "../pages/executions/ExecutionTable";
import { ForeignDag } from "./ForeignDag";
import { isUnknown } from "../states/isUnknown";
import { workflowOf } from "./workflowOf";
import { WorkflowCard } from "./WorkflowCard";
import { Failure } from "../states/Failure";
import { Loading } from "../states/Loading";

interface Props {
  dagId: string;
}

/** How the workflow behind a DAG stands, and what it did. */
export default function DagPanel({ dagId }: Props) {
  const id = workflowOf(dagId);
  const workflow = useWorkflow(id);
  if (typeof workflow.data === "object") {
    return (
      <Stack gap={5}>
        <WorkflowCard workflow={workflow.data} />
        <Executions id={id} />
      </Stack>
    );
  }
  if (isUnknown(workflow.error)) return <WithoutSpec dagId={dagId} id={id} />;
  if (workflow.error) {
    return <Failure problem={workflow.error} onRetry={() => void workflow.refetch()} />;
  }
  return <Loading what="the workflow" />;
}

/** A DAG written by hand has executions but no spec; any other has neither. */
function WithoutSpec({ dagId, id }: { dagId: string; id: string }) {
  const newest = useNewestExecutions({ workflow: id }, 1);
  if (newest.isPending) return <Loading what="executions" />;
  if (!newest.data?.executions.length) return <ForeignDag dagId={dagId} />;
  return <Executions id={id} />;
}

function Executions({ id }: { id: string }) {
  return (
    <section aria-label="Executions of the workflow">
      <Heading as="h2" size="sm" mb={2}>
        Executions
      </Heading>
      <ExecutionTable filter={{ workflow: id }} hidden={["workflow"]} />
    </section>
  );
}
