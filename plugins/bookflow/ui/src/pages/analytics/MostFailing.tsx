import { Box, Flex, Heading, List, Text } from "@chakra-ui/react";

import type { CauseFigures, PerformanceStats } from "../../api/schema";
import { spellCause } from "./causeWords";
import { formatNumber } from "./compareWords";
import { failedExecutions } from "../../links/executionLinks";
import { PageLink } from "../../links/PageLink";
import { WorkflowLink } from "./WorkflowLink";

const SHOWN_CAUSES = 3;

/** Answers at a glance which workflow fails most, and of what. */
export function MostFailing({ stats }: { stats: PerformanceStats }) {
  const { executions, problematic, error_patterns } = stats;
  const worst = problematic[0];
  const judged = executions.successful + executions.failed;
  if (!worst) {
    return (
      <Box bg="bg.subtle" borderRadius="md" p={4}>
        <Heading as="h2" size="sm">
          {executions.failed ? "No workflow fails often" : "Nothing failed"}
        </Heading>
        <Text>
          {executions.failed ? (
            <>
              {formatNumber(executions.failed)} of {formatNumber(judged)} executions failed, spread
              over several workflows. <PageLink to={failedExecutions()}>See them</PageLink>
            </>
          ) : (
            `All ${formatNumber(judged)} executions that ended in this period went well.`
          )}
        </Text>
      </Box>
    );
  }
  const causes = causesOf(worst.workflow_id, error_patterns);
  const ended = worst.successful + worst.failed;
  return (
    <Box bg="bg.error" color="fg" borderRadius="md" p={4}>
      <Flex justify="space-between" gap={3} wrap="wrap">
        <Heading as="h2" size="sm">
          <WorkflowLink of={worst} /> fails most: {formatNumber(worst.failed)} of{" "}
          {formatNumber(ended)} executions failed ({formatNumber((worst.failed / ended) * 100)} %)
        </Heading>
        <PageLink to={failedExecutions(worst.workflow_id)}>See its failed executions</PageLink>
      </Flex>
      {causes.length ? (
        <List.Root mt={2} ps={5}>
          {causes.map(({ cause, count, action }) => (
            <List.Item key={`${cause} ${action}`}>
              {spellCause(cause)}:{" "}
              <PageLink to={failedExecutions(worst.workflow_id, cause)}>
                {count === 1 ? "1 time" : `${formatNumber(count)} times`}
              </PageLink>{" "}
              in the action “{action}”
            </List.Item>
          ))}
        </List.Root>
      ) : null}
    </Box>
  );
}

/** What a workflow failed of, the most frequent first. */
export function causesOf(workflow: string, patterns: CauseFigures[]) {
  return patterns
    .flatMap(({ cause, actions }) =>
      actions
        .filter(({ workflow_id }) => workflow_id === workflow)
        .map(({ action, count }) => ({ cause, action, count })),
    )
    .sort((one, other) => other.count - one.count)
    .slice(0, SHOWN_CAUSES);
}
