import { Table, Text } from "@chakra-ui/react";

import type { ActionFigures, CauseCount } from "../../api/schema";
import { formatSeconds } from "../../times/formats";
import { nameAction } from "../../words/triggers";
import { spellCause } from "./causeWords";
import { formatNumber } from "./compareWords";
import { failedExecutions, skippedExecutions } from "../../links/executionLinks";
import { FigurePanel } from "./FigurePanel";
import { PlainLink } from "../../links/PlainLink";
import { PlainCell } from "../../tables/PlainCell";
import { nameOf, WorkflowLink } from "./WorkflowLink";

interface Props {
  actions: ActionFigures[];
  /** Of one workflow, whose name need not stand in each row. */
  isOneWorkflow?: boolean;
}

/** How each action ended, and what it failed of or was skipped for. */
export function ActionPanel({ actions, isOneWorkflow = false }: Props) {
  const title = "Action by action";
  return (
    <FigurePanel
      title={title}
      about={
        isOneWorkflow
          ? "How each action ended, and what it failed of or was skipped for."
          : "Those with the most failures first; the page of a workflow has all of its actions."
      }
      sheet={toSheet(actions)}
    >
      {actions.length === 0 ? (
        <Text color="fg.muted">No action ended in this period.</Text>
      ) : (
        <Table.ScrollArea
          whiteSpace="normal"
          maxHeight="32rem"
          tabIndex={0}
          role="group"
          aria-label={title}
        >
          <Table.Root size="sm" stickyHeader aria-label={title}>
            <Table.Header>
              <Table.Row>
                <Table.ColumnHeader>Action</Table.ColumnHeader>
                {["Done", "Failed", "Skipped", "Went well", "Takes"].map((name) => (
                  <Table.ColumnHeader key={name} textAlign="end">
                    {name}
                  </Table.ColumnHeader>
                ))}
                <Table.ColumnHeader>Why</Table.ColumnHeader>
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {actions.map((one) => (
                <ActionRow
                  key={`${one.workflow_id} ${one.action}`}
                  figures={one}
                  isOneWorkflow={isOneWorkflow}
                />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      )}
    </FigurePanel>
  );
}

const ACTION = { minWidth: "12rem" };
const CAUSES = { minWidth: "16rem" };

function ActionRow({ figures, isOneWorkflow }: { figures: ActionFigures; isOneWorkflow: boolean }) {
  const { workflow_id, action, type, successful, failed, skipped, success_rate, average_ms } =
    figures;
  return (
    <tr className="bf-high">
      <PlainCell style={ACTION}>
        {action}
        <div className="bf-muted bf-small">
          {nameAction(type)}
          {isOneWorkflow ? null : (
            <>
              {" "}
              of <WorkflowLink of={figures} />
            </>
          )}
        </div>
      </PlainCell>
      <PlainCell className="bf-number">{formatNumber(successful)}</PlainCell>
      <PlainCell className={failed ? "bf-number bf-bad" : "bf-number"}>
        {formatNumber(failed)}
      </PlainCell>
      <PlainCell className="bf-number">{formatNumber(skipped)}</PlainCell>
      <PlainCell className="bf-number">
        {success_rate === null ? "–" : `${formatNumber(success_rate)} %`}
      </PlainCell>
      <PlainCell className="bf-number">
        {average_ms === null ? "–" : formatSeconds(average_ms / 1000)}
      </PlainCell>
      <PlainCell style={CAUSES}>
        <Causes
          verb="Failed"
          counts={figures.failures}
          linkTo={(cause) => failedExecutions(workflow_id, cause)}
        />
        <Causes
          verb="Skipped"
          counts={figures.skips}
          linkTo={(cause) => skippedExecutions(cause, workflow_id)}
        />
      </PlainCell>
    </tr>
  );
}

interface CausesProps {
  verb: string;
  counts: CauseCount[];
  linkTo: (cause: string) => string;
}

function Causes({ verb, counts, linkTo }: CausesProps) {
  return counts.map(({ cause, count }) => (
    <div key={cause} className="bf-small">
      {verb} <PlainLink to={linkTo(cause)}>{formatNumber(count)}×</PlainLink>: {spellCause(cause)}
    </div>
  ));
}

function toSheet(actions: ActionFigures[]) {
  const spell = (counts: CauseCount[]) =>
    counts.map(({ cause, count }) => `${cause} (${String(count)})`).join("; ");
  return {
    name: "actions",
    columns: [
      "Workflow",
      "Its id",
      "Action",
      "Type",
      "Done",
      "Failed",
      "Skipped",
      "Went well in %",
      "Average in ms",
      "Failed of",
      "Skipped for",
    ],
    rows: actions.map((one) => [
      nameOf(one),
      one.workflow_id,
      one.action,
      one.type,
      one.successful,
      one.failed,
      one.skipped,
      one.success_rate,
      one.average_ms,
      spell(one.failures),
      spell(one.skips),
    ]),
  };
}
