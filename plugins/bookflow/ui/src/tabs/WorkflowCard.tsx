import { Box, Button, Flex, Heading, HStack, SimpleGrid, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { useAccount } from "../api/account";
import type { Workflow } from "../api/schema";
import { paths } from "../app/paths";
import { StatusBadge } from "../badges/StatusBadge";
import { spellActions, spellTrigger } from "../words/triggers";
import { Fact } from "../facts/Fact";
import { Notice } from "../states/Notice";
import { Moment } from "../times/Moment";

/** How a workflow stands, in figures, and the way to change it. */
export function WorkflowCard({ workflow }: { workflow: Workflow }) {
  const { may_edit: mayEdit } = useAccount(workflow.id);
  const { statistics: figures } = workflow;
  const [first] = workflow.errors;
  return (
    <Box as="section" aria-label="The workflow" p={4} borderWidth="1px" rounded="md">
      <Flex justify="space-between" wrap="wrap" gap={3}>
        <HStack wrap="wrap" gap={2}>
          <Heading as="h1" size="md" overflowWrap="anywhere">
            {workflow.name ?? workflow.id}
          </Heading>
          <StatusBadge status={workflow.state} />
        </HStack>
        <HStack wrap="wrap">
          <Button asChild size="sm" variant="outline">
            <Link to={paths.workflow(workflow.id)}>
              {mayEdit ? "Edit workflow" : "Open workflow"}
            </Link>
          </Button>
          <Button asChild size="sm" variant="outline">
            <Link to={paths.figures(workflow.id)}>Figures</Link>
          </Button>
        </HStack>
      </Flex>
      {workflow.description ? (
        <Text mt={1} color="fg.muted">
          {workflow.description}
        </Text>
      ) : null}
      {first ? (
        <Notice kind="error" title="The workflow is invalid, so it does not run">
          Line {first.line}: {first.message}
        </Notice>
      ) : null}
      <SimpleGrid as="dl" columns={{ base: 2, md: 3, xl: 6 }} gap={4} mt={4} fontSize="sm">
        <Fact name="Runs">{spellTrigger(workflow)}</Fact>
        <Fact name="Actions">
          {spellActions(workflow.actions.map(({ type }) => type)) || "none"}
        </Fact>
        <Fact name="Executions">{figures.total_executions}</Fact>
        <Fact name="Failed">{figures.failed_executions}</Fact>
        <Fact name="Success rate">
          {figures.success_rate === null ? "—" : `${String(figures.success_rate)} %`}
        </Fact>
        <Fact name="Last execution">
          <Moment at={figures.last_executed_at} relative absent="never" />
        </Fact>
      </SimpleGrid>
    </Box>
  );
}
