import { Stack, Text } from "@chakra-ui/react";

import { type FigureFilter, useFailures } from "../../api/analytics";
import type { WorkflowReport } from "../../api/schema";
import { paths } from "../../app/paths";
import { InTurn } from "../../pacing/InTurn";
import { Empty } from "../../states/Empty";
import { useRowLook } from "../../tables/useRowLook";
import { Moment } from "../../times/Moment";
import { formatRate } from "../../words/rates";
import { ActionPanel } from "./ActionPanel";
import { formatNumber } from "./compareWords";
import { CountedTime } from "./CountedTime";
import { EndpointPanel } from "./EndpointPanel";
import { FigureTiles } from "./FigureTiles";
import { PageLink } from "../../links/PageLink";
import { RecentFailures } from "./RecentFailures";
import { TrendCharts } from "./TrendCharts";

interface Props {
  report: WorkflowReport;
  filter: FigureFilter;
}

/** The figures of one workflow in a period, and what it did over its whole life. */
export function WorkflowReportView({ report, filter }: Props) {
  const { workflow_id, executions, compared_with, period } = report;
  const failures = useFailures(filter);
  const look = useRowLook();
  const isQuiet = executions.ended === 0 && executions.created === 0;
  return (
    <Stack gap={4} css={look}>
      <Lifetime report={report} />
      {isQuiet ? (
        <Empty title="Nothing happened in this period">
          {report.statistics.total_executions ? (
            "Choose a longer period."
          ) : (
            <>
              This workflow has not run yet.{" "}
              <PageLink to={paths.test(workflow_id)}>Try it out</PageLink> with a sample booking.
            </>
          )}
        </Empty>
      ) : (
        <>
          <FigureTiles executions={executions} latency={report.latency} before={compared_with} />
          <CountedTime period={period} before={compared_with} />
          <InTurn room="24rem">
            <TrendCharts trend={report.trend} zone={period.timezone} failures={failures.data} />
          </InTurn>
          <InTurn isFar room="20rem">
            <ActionPanel actions={report.actions} isOneWorkflow />
          </InTurn>
          <InTurn isFar room="16rem">
            <EndpointPanel endpoints={report.endpoints} />
          </InTurn>
        </>
      )}
      <RecentFailures workflow={workflow_id} failures={report.recent_failures} />
    </Stack>
  );
}

function Lifetime({ report: { statistics } }: { report: WorkflowReport }) {
  const { total_executions, failed_executions, success_rate, last_executed_at } = statistics;
  if (total_executions === 0) return null;
  return (
    <Text>
      In all its time: {formatNumber(total_executions)} executions
      {success_rate === null ? "" : `, ${formatRate(success_rate)} went well`},{" "}
      {formatNumber(failed_executions)} failed; the last one ran{" "}
      <Moment at={last_executed_at} relative absent="at a time not known" />.
    </Text>
  );
}
