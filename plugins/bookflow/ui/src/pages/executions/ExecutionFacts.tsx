import { Code, Link as ChakraLink, SimpleGrid } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { Execution } from "../../api/schema";
import { airflow, paths, withQuery } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { nameTrigger } from "../../words/triggers";
import { Fact } from "../../facts/Fact";

/** When and by what it was set off, which run worked on it, and how often. */
export function ExecutionFacts({ execution }: { execution: Execution }) {
  const { dag_id: dagId, run_id: runId } = execution;
  return (
    <SimpleGrid
      as="dl"
      columns={{ base: 1, sm: 2, lg: 4 }}
      gap={4}
      p={4}
      borderWidth="1px"
      rounded="md"
      fontSize="sm"
    >
      <Fact name="Trigger">{execution.trigger ? nameTrigger(execution.trigger) : "—"}</Fact>
      <Fact name="The event happened">
        <Moment at={execution.occurred_at} />
      </Fact>
      <Fact name="Due">
        <Moment at={execution.due_at} />
      </Fact>
      {execution.anchor_at ? (
        <Fact name="Counted from the meeting at">
          <Moment at={execution.anchor_at} />
        </Fact>
      ) : null}
      <Fact name="Began">
        <Moment at={execution.started_at} absent="not yet" />
      </Fact>
      <Fact name="Ended">
        <Moment at={execution.completed_at} absent="not yet" />
      </Fact>
      <Fact name="Runs that worked on it">{execution.rounds}</Fact>
      <Fact name="Airflow run">
        {dagId && runId ? (
          <ChakraLink asChild variant="underline">
            <Link to={airflow.run(dagId, runId)}>{runId}</Link>
          </ChakraLink>
        ) : (
          "none yet"
        )}
      </Fact>
      <Fact name="Version of the workflow">
        <ChakraLink asChild variant="underline">
          <Link to={paths.history(execution.workflow_id)}>
            <Code size="sm">{execution.workflow_version}</Code>
          </Link>
        </ChakraLink>
      </Fact>
      <Fact name="Event">
        <ChakraLink asChild variant="underline">
          <Link to={withQuery(paths.executions, { event: execution.event_id })}>
            All it set off
          </Link>
        </ChakraLink>
      </Fact>
    </SimpleGrid>
  );
}
