import { memo, type ReactNode } from "react";
import { Link } from "react-router-dom";

import { hasEnded } from "../../api/executions";
import type { ExecutionSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { PlainCell } from "../../tables/PlainCell";
import { Moment } from "../../times/Moment";
import { nameTrigger } from "../../words/triggers";
import { ActionFigures } from "./ActionFigures";
import { ReasonText } from "../../facts/ReasonText";

export type Column = "workflow" | "booking";

interface Props {
  execution: ExecutionSummary;
  hidden: readonly Column[];
  time: "created_at" | "due_at" | "completed_at";
}

const REASON = { maxWidth: "22rem", marginTop: "0.25rem" };

/** One execution: a row of the table, or a card where that is narrow. */
export const ExecutionRow = memo(function ExecutionRow({ execution, hidden, time }: Props) {
  return (
    <tr role="row">
      <Cell>
        <Link
          className="bf-link"
          to={paths.execution(execution.id)}
          aria-label={`${execution.status}, see the execution`}
        >
          <StatusBadge status={execution.status} />
        </Link>
        <StatusReason execution={execution} />
      </Cell>
      {hidden.includes("workflow") ? null : (
        <Cell label="Workflow">
          <Link className="bf-link bf-info" to={paths.workflow(execution.workflow_id)}>
            {execution.workflow_name ?? execution.workflow_id}
          </Link>
        </Cell>
      )}
      {hidden.includes("booking") ? null : (
        <Cell label="Booking">
          <Link className="bf-link bf-info" to={paths.booking(execution.booking_id)}>
            {execution.booking_id}
          </Link>
        </Cell>
      )}
      <Cell label="Trigger">{execution.trigger ? nameTrigger(execution.trigger) : "—"}</Cell>
      <Cell label="Actions">
        <ActionFigures {...execution} />
      </Cell>
      <Cell label="When">
        <Moment at={execution[time]} relative absent="not ended" />
      </Cell>
    </tr>
  );
}, saysTheSame);

/** What comes anew every few seconds is seldom different: rows that say the same are left alone. */
function saysTheSame(before: Props, after: Props): boolean {
  if (before.hidden !== after.hidden || before.time !== after.time) return false;
  const keys = Object.keys({
    ...before.execution,
    ...after.execution,
  }) as (keyof ExecutionSummary)[];
  return keys.every((key) => before.execution[key] === after.execution[key]);
}

function StatusReason({ execution }: { execution: ExecutionSummary }) {
  if (execution.error_message) {
    return (
      <div className="bf-small bf-muted bf-three-lines" style={REASON}>
        <ReasonText reason={execution.error_message} />
      </div>
    );
  }
  if (hasEnded(execution.status) || !execution.next_attempt_at) return null;
  return (
    <div className="bf-small bf-muted">
      goes on <Moment at={execution.next_attempt_at} />
    </div>
  );
}

/** In a card the name of its column stands before it. */
function Cell({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <PlainCell className={label ? "bf-labelled" : undefined}>
      {label ? (
        <span aria-hidden className="bf-label bf-muted">
          {label}
        </span>
      ) : null}
      {children}
    </PlainCell>
  );
}
