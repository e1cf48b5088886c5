import { Box, Link as ChakraLink, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { Execution } from "../api/schema";
import { paths } from "../app/paths";
import { ActionStory } from "../pages/executions/ActionStory";
import { isTaskOf } from "./taskIds";

interface Props {
  execution: Execution;
  taskId: string;
}

/** What the action of a task did for one execution. */
export function TaskOutcome({ execution, taskId }: Props) {
  return (
    <Box as="section" aria-label={`For booking ${execution.booking_id}`} pb={2}>
      <Text fontSize="sm" mb={2}>
        <ChakraLink asChild color="fg.info">
          <Link to={paths.execution(execution.id)}>Execution</Link>
        </ChakraLink>{" "}
        for booking{" "}
        <ChakraLink asChild color="fg.info">
          <Link to={paths.booking(execution.booking_id)}>{execution.booking_id}</Link>
        </ChakraLink>
      </Text>
      <Box as="ol" listStyleType="none">
        {execution.execution_log
          .filter(({ action }) => isTaskOf(taskId, action))
          .map((action) => (
            <ActionStory key={action.action} action={action} execution={execution} />
          ))}
      </Box>
    </Box>
  );
}
