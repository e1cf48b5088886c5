import { memo } from "react";
import { Link } from "react-router-dom";

import type { Activity } from "../../api/activity";
import type { WorkflowSummary } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { PlainCell } from "../../tables/PlainCell";
import { Moment } from "../../times/Moment";
import { SelectionBox } from "./SelectionBox";
import { Sparkline } from "./Sparkline";
import { SuccessRate } from "./SuccessRate";
import { spellActions, spellTrigger } from "../../words/triggers";
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
    <tr role="row">
      <PlainCell>
        <SelectionBox workflow={workflow} onChoose={onChoose} />
      </PlainCell>
      <PlainCell>
        <WorkflowName workflow={workflow} />
      </PlainCell>
      <PlainCell>
        <WhenAndWhat workflow={workflow} />
      </PlainCell>
      <PlainCell>
        <WorkflowState workflow={workflow} />
      </PlainCell>
      <PlainCell>
        <SuccessRate figures={workflow.statistics} />
      </PlainCell>
      <PlainCell>
        <LastExecution workflow={workflow} />
      </PlainCell>
      {hasActivity ? <PlainCell>{activity ? <Sparkline {...activity} /> : null}</PlainCell> : null}
      <PlainCell>
        <WorkflowMenu {...menu} />
      </PlainCell>
    </tr>
  );
});

/** Name with a link to the builder, and the id that engineers look for. */
export function WorkflowName({ workflow }: { workflow: WorkflowSummary }) {
  return (
    <div className="bf-wrap">
      <Link
        className="bf-link bf-strong"
        to={paths.workflow(workflow.id)}
        title={workflow.description ?? undefined}
      >
        {workflow.name ?? workflow.id}
      </Link>
      <div className="bf-small bf-muted bf-mono">{workflow.id}</div>
    </div>
  );
}

/** When it runs, for which event types, and what it does. */
export function WhenAndWhat({ workflow }: { workflow: WorkflowSummary }) {
  const types = workflow.event_types?.join(", ");
  const actions = workflow.actions.filter(({ is_active }) => is_active !== false);
  return (
    <>
      <div>{spellTrigger(workflow)}</div>
      <div className="bf-small bf-muted bf-two-lines">
        {spellActions(actions.map(({ type }) => type)) || "No actions"}
        {types ? ` · for ${types}` : ""}
      </div>
    </>
  );
}

/** When it ran last, with a link to its executions. */
export function LastExecution({ workflow }: { workflow: WorkflowSummary }) {
  const at = workflow.statistics.last_executed_at;
  if (!at) return <Moment at={null} absent="Never" />;
  return (
    <Link className="bf-link" to={withQuery(paths.executions, { workflow: workflow.id })}>
      <Moment at={at} relative />
    </Link>
  );
}
