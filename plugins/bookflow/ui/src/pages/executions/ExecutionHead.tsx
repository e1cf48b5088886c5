import { Box, Flex, Heading, HStack, Link as ChakraLink, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { hasEnded } from "../../api/executions";
import type { Execution } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Notice } from "../../states/Notice";
import { Moment } from "../../times/Moment";
import { ReasonText } from "../../facts/ReasonText";

interface Props {
  execution: Execution;
  /** Stands on the right, such as buttons. */
  children?: ReactNode;
}

/** Which execution it is, how it stands and why. */
export function ExecutionHead({ execution, children }: Props) {
  return (
    <Box as="header">
      <ChakraLink asChild fontSize="sm" color="fg.muted">
        <Link to={withQuery(paths.executions, { workflow: execution.workflow_id })}>
          All executions of this workflow
        </Link>
      </ChakraLink>
      <Flex justify="space-between" align="start" gap={3} wrap="wrap" mt={1}>
        <HStack wrap="wrap" gap={3} minWidth={0}>
          <Heading as="h1" size="lg" overflowWrap="anywhere">
            <ChakraLink asChild variant="underline">
              <Link to={paths.workflow(execution.workflow_id)}>
                {execution.workflow_name ?? execution.workflow_id}
              </Link>
            </ChakraLink>{" "}
            for{" "}
            <ChakraLink asChild variant="underline">
              <Link to={paths.booking(execution.booking_id)}>{execution.booking_id}</Link>
            </ChakraLink>
          </Heading>
          <StatusBadge status={execution.status} />
        </HStack>
        {children}
      </Flex>
      <Standing execution={execution} />
    </Box>
  );
}

const LEADS: Record<string, string> = {
  failed: "It failed:",
  cancelled: "It was cancelled:",
};

function Standing({ execution }: { execution: Execution }) {
  const { status, error_message: reason, next_attempt_at: next } = execution;
  if (reason) {
    return (
      <Notice kind={status === "failed" ? "error" : "info"}>
        <ReasonText lead={LEADS[status]} reason={reason} />
      </Notice>
    );
  }
  if (hasEnded(status)) return null;
  const waiting = execution.execution_log.find((action) => action.next_attempt_at && action.reason);
  if (next) {
    return (
      <Notice kind="info">
        It goes on <Moment at={next} /> (<Moment at={next} relative />
        ).{" "}
        {waiting?.reason ? (
          <ReasonText lead={`${waiting.action}:`} reason={waiting.reason} />
        ) : null}
      </Notice>
    );
  }
  if (status !== "pending") return null;
  return (
    <Text mt={2}>
      It is due <Moment at={execution.due_at} /> (<Moment at={execution.due_at} relative />
      ).
    </Text>
  );
}
