import { Table, Text } from "@chakra-ui/react";

import type { ProblematicWorkflow, Reason, WorkflowFigures } from "../../api/schema";
import { formatSeconds } from "../../times/formats";
import { formatRate } from "../../words/rates";
import { spellReason } from "./causeWords";
import { formatNumber } from "./compareWords";
import { failedExecutions } from "../../links/executionLinks";
import { FigurePanel } from "./FigurePanel";
import { PlainLink } from "../../links/PlainLink";
import { PlainCell } from "../../tables/PlainCell";
import { nameOf, WorkflowLink } from "./WorkflowLink";

interface Props {
  title: string;
  about: string;
  /** Of the file, without ending. */
  name: string;
  workflows: (WorkflowFigures | ProblematicWorkflow)[];
  empty: string;
}

/** Workflows in the order given, those in trouble with the reasons. */
export function RankingPanel({ title, about, name, workflows, empty }: Props) {
  const hasReasons = workflows.some((one) => "reasons" in one);
  return (
    <FigurePanel title={title} about={about} sheet={toSheet(name, workflows)}>
      {workflows.length === 0 ? (
        <Text color="fg.muted">{empty}</Text>
      ) : (
        <Table.ScrollArea
          whiteSpace="normal"
          maxHeight="28rem"
          tabIndex={0}
          role="group"
          aria-label={title}
        >
          <Table.Root size="sm" stickyHeader aria-label={title}>
            <Table.Header>
              <Table.Row>
                <Table.ColumnHeader>Workflow</Table.ColumnHeader>
                <Table.ColumnHeader textAlign="end">Went well</Table.ColumnHeader>
                <Table.ColumnHeader textAlign="end">Failed</Table.ColumnHeader>
                {hasReasons ? (
                  <Table.ColumnHeader>Why it is here</Table.ColumnHeader>
                ) : (
                  <Table.ColumnHeader textAlign="end">Half done within</Table.ColumnHeader>
                )}
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {workflows.map((one) => (
                <RankedRow key={one.workflow_id} figures={one} hasReasons={hasReasons} />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      )}
    </FigurePanel>
  );
}

const REASONS = { minWidth: "16rem" };

interface RowProps {
  figures: WorkflowFigures | ProblematicWorkflow;
  hasReasons: boolean;
}

function RankedRow({ figures, hasReasons }: RowProps) {
  const { workflow_id, success_rate, failed, successful, latency } = figures;
  return (
    <tr className="bf-high">
      <PlainCell>
        <WorkflowLink of={figures} />
      </PlainCell>
      <PlainCell className="bf-number">
        {success_rate === null ? "–" : formatRate(success_rate)}
      </PlainCell>
      <PlainCell className="bf-number">
        {failed ? (
          <PlainLink to={failedExecutions(workflow_id)}>{formatNumber(failed)}</PlainLink>
        ) : (
          0
        )}{" "}
        of {formatNumber(failed + successful)}
      </PlainCell>
      {hasReasons ? (
        <PlainCell style={REASONS}>
          <ul className="bf-list">
            {reasonsOf(figures).map((reason) => (
              <li key={reason.message}>{spellReason(reason)}</li>
            ))}
          </ul>
        </PlainCell>
      ) : (
        <PlainCell className="bf-number">
          {latency.p50_ms === null ? "–" : formatSeconds(latency.p50_ms / 1000)}
        </PlainCell>
      )}
    </tr>
  );
}

function reasonsOf(figures: WorkflowFigures | ProblematicWorkflow): Reason[] {
  return "reasons" in figures ? figures.reasons : [];
}

function toSheet(name: string, workflows: Props["workflows"]) {
  return {
    name,
    columns: [
      "Workflow",
      "Its id",
      "Completed",
      "Failed",
      "Cancelled",
      "Went well in %",
      "Median in ms",
      "Why",
    ],
    rows: workflows.map((one) => [
      nameOf(one),
      one.workflow_id,
      one.successful,
      one.failed,
      one.cancelled,
      one.success_rate,
      one.latency.p50_ms,
      reasonsOf(one)
        .map(({ message }) => message)
        .join("; "),
    ]),
  };
}
