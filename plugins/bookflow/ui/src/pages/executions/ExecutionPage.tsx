import { Box, Heading, Stack } from "@chakra-ui/react";
import { useParams } from "react-router-dom";

import { useExecution } from "../../api/executions";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { ActionStory } from "./ActionStory";
import { Decisions } from "./Decisions";
import { ExecutionFacts } from "./ExecutionFacts";
import { ExecutionHead } from "./ExecutionHead";
import { SameEvent } from "./SameEvent";

/** One execution: what was decided, what was done, and what may be done about it. */
export default function ExecutionPage() {
  const { id = "" } = useParams();
  const query = useExecution(id);
  return (
    <Answer query={query} what="the execution">
      {(execution) => (
        <Stack gap={5} maxWidth="72rem">
          <ExecutionHead execution={execution}>
            <Decisions execution={execution} />
          </ExecutionHead>
          <ExecutionFacts execution={execution} />
          <Box as="section" aria-label="What was done">
            <Heading as="h2" size="md" mb={3}>
              What was done
            </Heading>
            {execution.execution_log.length === 0 ? (
              <Empty title="Nothing yet">{whyNothing(execution.status)}</Empty>
            ) : (
              <Box as="ol" listStyleType="none">
                {execution.execution_log.map((action) => (
                  <ActionStory key={action.action} action={action} execution={execution} />
                ))}
              </Box>
            )}
          </Box>
          <SameEvent execution={execution} />
        </Stack>
      )}
    </Answer>
  );
}

function whyNothing(status: string): string {
  if (status === "pending") return "It waits until it is due. This page follows it by itself.";
  if (status === "running") return "Its run has begun. This page follows it by itself.";
  return "It ended before any of its actions began; the reason stands above.";
}
