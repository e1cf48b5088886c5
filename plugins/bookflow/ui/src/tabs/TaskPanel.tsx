import { Button, Stack, Text } from "@chakra-ui/react";

import { useDeliveries } from "../api/deliveries";
import { useNewestExecutions } from "../api/executions";
import { paths, withQuery } from "../app/paths";
import { PageLink } from "../links/PageLink";
import { Empty } from "../states/Empty";
import { Failure } from "../states/Failure";
import { Loading } from "../states/Loading";
import { ForeignDag } from "./ForeignDag";
import { isSummingUp } from "./summingUp";
import { TaskDelivery } from "./TaskDelivery";
import { workflowOf } from "./workflowOf";

interface Props {
  dagId: string;
  taskId: string;
  runId?: string | undefined;
}

/** What a task sent lately, or within a run. */
export default function TaskPanel({ dagId, taskId, runId }: Props) {
  const workflow = workflowOf(dagId);
  const run = runId ? { dag_id: dagId, run_id: runId } : {};
  const list = useDeliveries({ workflow, task: taskId, ...run });
  const found = list.data?.pages.flatMap(({ deliveries }) => deliveries) ?? [];
  return (
    <Stack gap={3}>
      {list.error ? <Failure problem={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isPending ? <Loading what="deliveries" /> : null}
      {list.data && found.length === 0 && !list.hasNextPage ? (
        <Nothing dagId={dagId} taskId={taskId} workflow={workflow} isOfRun={Boolean(runId)} />
      ) : null}
      {found.length > 0 ? (
        <Stack as="ol" gap={4} listStyleType="none" aria-label="Deliveries of this task">
          {found.map((delivery) => (
            <TaskDelivery key={delivery.id} delivery={delivery} />
          ))}
        </Stack>
      ) : null}
      {list.data ? <FurtherBack list={list} hasFound={found.length > 0} /> : null}
    </Stack>
  );
}

interface FurtherBackProps {
  list: ReturnType<typeof useDeliveries>;
  hasFound: boolean;
}

function FurtherBack({ list, hasFound }: FurtherBackProps) {
  if (list.hasNextPage) {
    return (
      <>
        {hasFound ? null : (
          <Text>Nothing was sent for the executions that were looked through so far.</Text>
        )}
        <Button
          alignSelf="start"
          size="sm"
          variant="outline"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {hasFound ? "Show more" : "Look further back"}
        </Button>
      </>
    );
  }
  if (!hasFound) return null;
  return (
    <Text fontSize="xs" color="fg.muted">
      That is all of them.
    </Text>
  );
}

interface NothingProps {
  dagId: string;
  taskId: string;
  workflow: string;
  isOfRun: boolean;
}

/** Why there are none: the DAG carries out no workflow, the task sends nothing, or has not yet. */
function Nothing({ dagId, taskId, workflow, isOfRun }: NothingProps) {
  const newest = useNewestExecutions({ workflow }, 1);
  if (newest.isPending) return <Loading what="executions" />;
  if (!isOfRun && newest.data?.executions.length === 0) return <ForeignDag dagId={dagId} />;
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
      The action of this task has sent nothing{isOfRun ? " in this run" : ""}: its conditions did
      not hold, its turn has not come, or it changes bookings and sends no messages.{" "}
      <PageLink to={withQuery(paths.executions, { workflow })}>
        The executions of the workflow
      </PageLink>{" "}
      say why.
    </Empty>
  );
}
