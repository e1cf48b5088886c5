import { SimpleGrid, Stack } from "@chakra-ui/react";

import { type FigureFilter, useActionFigures, useFailures, useSkips } from "../../api/analytics";
import type { PerformanceStats } from "../../api/schema";
import { paths } from "../../app/paths";
import { InTurn } from "../../pacing/InTurn";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { useRowLook } from "../../tables/useRowLook";
import { ActionPanel } from "./ActionPanel";
import { CausePanel } from "./CausePanel";
import { CountedTime } from "./CountedTime";
import { EndpointPanel } from "./EndpointPanel";
import { failedExecutions, skippedExecutions } from "../../links/executionLinks";
import { FigureTiles } from "./FigureTiles";
import { MostFailing } from "./MostFailing";
import { PageLink } from "../../links/PageLink";
import { RankingPanel } from "./RankingPanel";
import { TrendCharts } from "./TrendCharts";
import { TypePanel } from "./TypePanel";

interface Props {
  stats: PerformanceStats;
  filter: FigureFilter;
}

/** All figures of a period, the most pressing first. */
export function AnalyticsFigures({ stats, filter }: Props) {
  const { executions, compared_with, period } = stats;
  const failures = useFailures(filter);
  const look = useRowLook();
  if (executions.ended === 0 && executions.created === 0) {
    return (
      <Empty title="Nothing happened in this period">
        No execution was made or ended. Choose a longer period or fewer filters, or see whether
        events arrive: <PageLink to={paths.executions}>all executions</PageLink>.
      </Empty>
    );
  }
  return (
    <Stack gap={4} css={look}>
      <MostFailing stats={stats} />
      <FigureTiles executions={executions} latency={stats.latency} before={compared_with} />
      <CountedTime period={period} before={compared_with} />
      <InTurn room="24rem">
        <TrendCharts trend={stats.trend} zone={period.timezone} failures={failures.data} />
      </InTurn>
      <SimpleGrid columns={{ base: 1, xl: 2 }} gap={4}>
        <InTurn isFar room="28rem">
          <RankingPanel
            title="Workflows in trouble"
            about="Less than 95 % went well, or 10 points less than in the period before."
            name="problematic-workflows"
            workflows={stats.problematic}
            empty="No workflow is in trouble."
          />
        </InTurn>
        <InTurn isFar room="28rem">
          <RankingPanel
            title="Best workflows"
            about="Of those with five results or more."
            name="best-workflows"
            workflows={stats.best}
            empty="No workflow has five results yet."
          />
        </InTurn>
      </SimpleGrid>
      <InTurn isFar room="20rem">
        <Answer query={failures} what="failures">
          {({ causes }) => (
            <CausePanel
              title="What failed"
              about="Causes of failed actions, the most frequent first."
              name="failures"
              causes={causes}
              linkTo={(cause, workflow) =>
                failedExecutions(workflow ?? filter.workflow ?? undefined, cause)
              }
              isBad
              empty="No action failed in this period."
            />
          )}
        </Answer>
      </InTurn>
      <InTurn isFar room="20rem">
        <Skips filter={filter} />
      </InTurn>
      <InTurn isFar room="16rem">
        <EndpointPanel endpoints={stats.endpoints} />
      </InTurn>
      <InTurn isFar room="32rem">
        <Actions filter={filter} />
      </InTurn>
    </Stack>
  );
}

function Skips({ filter }: { filter: FigureFilter }) {
  return (
    <Answer query={useSkips(filter)} what="what was skipped">
      {({ causes }) => (
        <CausePanel
          title="What was skipped"
          about="Actions left out because a condition did not hold, or the booking had changed. That is no failure."
          name="skips"
          causes={causes}
          linkTo={(cause, workflow) =>
            skippedExecutions(cause, workflow ?? filter.workflow ?? undefined)
          }
          empty="No action was skipped in this period."
        />
      )}
    </Answer>
  );
}

function Actions({ filter }: { filter: FigureFilter }) {
  return (
    <Answer query={useActionFigures(filter)} what="figures of actions">
      {({ actions, types }) => (
        <>
          <TypePanel types={types} />
          <ActionPanel actions={actions} />
        </>
      )}
    </Answer>
  );
}
