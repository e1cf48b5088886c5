import { Button, Stack, Text } from "@chakra-ui/react";

import { Empty } from "../states/Empty";
import { Failure } from "../states/Failure";
import { Loading } from "../states/Loading";
import { ForeignDag } from "./ForeignDag";
import { isSummingUp } from "./taskIds";
import { TaskOutcome } from "./TaskOutcome";
import { useTaskOutcomes } from "./useTaskOutcomes";
import { workflowOf } from "./workflowOf";

interface Props {
  dagId: string;
  taskId: string;
  runId?: string | undefined;
}

/** What the action of a task did for the last executions, or for those of a run. */
export default function TaskPanel({ dagId, taskId, runId }: Props) {
  const filter = runId ? { dag_id: dagId, run_id: runId } : { workflow: workflowOf(dagId) };
  const { list, hasAny, found, isLoading, problem } = useTaskOutcomes(filter, taskId);
  const isForeign = list.data !== undefined && !hasAny && !runId;
  if (isForeign) return <ForeignDag dagId={dagId} />;
  return (
    <Stack gap={3}>
      {problem ? <Failure problem={problem} onRetry={() => void list.refetch()} /> : null}
      {found.map((execution) => (
        <TaskOutcome key={execution.id} execution={execution} taskId={taskId} />
      ))}
      {isLoading ? <Loading what="deliveries" /> : null}
      {found.length > 0 || isLoading || problem ? null : <Nothing taskId={taskId} />}
      <FurtherBack list={list} hasFound={found.length > 0} taskId={taskId} />
    </Stack>
  );
}

interface FurtherBackProps {
  list: ReturnType<typeof useTaskOutcomes>["list"];
  hasFound: boolean;
  taskId: string;
}

function FurtherBack({ list, hasFound, taskId }: FurtherBackProps) {
  if (!hasFound && isSummingUp(taskId)) return null;
  if (list.hasNextPage) {
    return (
      <Button
        alignSelf="start"
        size="sm"
        variant="outline"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        Look further back
      </Button>
    );
  }
  if (!hasFound) return null;
  return (
    <Text fontSize="xs" color="fg.muted">
      That is all of them.
    </Text>
  );
}

function Nothing({ taskId }: { taskId: string }) {
  if (isSummingUp(taskId)) {
    return (
      <Empty title="This task sends nothing">
        It sums up what the actions of the run did. Choose the task of an action to see what went
        where.
      </Empty>
    );
  }
  return (
    <Empty title="No deliveries">
      The action of this task has done nothing for the executions that were looked through: its turn
      has not come, or its workflow was cancelled before.
    </Empty>
  );
}
