import { Link as ChakraLink, Stack, Table, Text } from "@chakra-ui/react";
import { memo } from "react";
import { Link } from "react-router-dom";

import type { Activity } from "../../api/activity";
import type { WorkflowSummary } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { SelectionBox } from "./SelectionBox";
import { Sparkline } from "./Sparkline";
import { SuccessRate } from "./SuccessRate";
import { spellActions, spellTrigger } from "./triggerWords";
import type { WorkflowRows } from "./WorkflowList";
import { WorkflowMenu, type WorkflowMenuProps } from "./WorkflowMenu";
import { WorkflowState } from "./WorkflowState";

interface Props extends WorkflowMenuProps {
  activity: Activity | undefined;
  /** Whether there is a column for the last days at all. */
  hasActivity: boolean;
  onChoose: WorkflowRows["onChoose"];
}

/** One workflow of the table; drawn anew only where something of it changed. */
export const WorkflowRow = memo(function WorkflowRow({
  activity,
  hasActivity,
  onChoose,
  ...menu
}: Props) {
  const { workflow } = menu;
  return (
    <Table.Row>
      <Table.Cell>
        <SelectionBox workflow={workflow} onChoose={onChoose} />
      </Table.Cell>
      <Table.Cell maxWidth="24rem">
        <WorkflowName workflow={workflow} />
      </Table.Cell>
      <Table.Cell maxWidth="18rem">
        <WhenAndWhat workflow={workflow} />
      </Table.Cell>
      <Table.Cell>
        <WorkflowState workflow={workflow} />
      </Table.Cell>
      <Table.Cell>
        <SuccessRate figures={workflow.statistics} />
      </Table.Cell>
      <Table.Cell>
        <LastExecution workflow={workflow} />
      </Table.Cell>
      {hasActivity ? (
        <Table.Cell>{activity ? <Sparkline {...activity} /> : null}</Table.Cell>
      ) : null}
      <Table.Cell>
        <WorkflowMenu {...menu} />
      </Table.Cell>
    </Table.Row>
  );
});

/** Name with a link to the builder, and the id that engineers look for. */
export function WorkflowName({ workflow }: { workflow: WorkflowSummary }) {
  return (
    <Stack gap={0} minWidth={0}>
      <ChakraLink asChild fontWeight="medium" overflowWrap="anywhere">
        <Link to={paths.workflow(workflow.id)} title={workflow.description ?? undefined}>
          {workflow.name ?? workflow.id}
        </Link>
      </ChakraLink>
      <Text fontSize="xs" color="fg.muted" fontFamily="mono" overflowWrap="anywhere">
        {workflow.id}
      </Text>
    </Stack>
  );
}

/** When it runs, for which event types, and what it does. */
export function WhenAndWhat({ workflow }: { workflow: WorkflowSummary }) {
  const types = workflow.event_types?.join(", ");
  const actions = workflow.actions.filter(({ is_active }) => is_active !== false);
  return (
    <Stack gap={0} minWidth={0}>
      <Text>{spellTrigger(workflow)}</Text>
      <Text fontSize="xs" color="fg.muted" lineClamp={2}>
        {spellActions(actions.map(({ type }) => type)) || "No actions"}
        {types ? ` · for ${types}` : ""}
      </Text>
    </Stack>
  );
}

/** When it ran last, with a link to its executions. */
export function LastExecution({ workflow }: { workflow: WorkflowSummary }) {
  const at = workflow.statistics.last_executed_at;
  if (!at) return <Moment at={null} absent="Never" />;
  return (
    <ChakraLink asChild>
      <Link to={withQuery(paths.executions, { workflow: workflow.id })}>
        <Moment at={at} relative />
      </Link>
    </ChakraLink>
  );
}
