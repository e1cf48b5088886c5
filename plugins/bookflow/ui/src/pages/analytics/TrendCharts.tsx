import { Box, SimpleGrid } from "@chakra-ui/react";
import { useMemo } from "react";

import type { CauseAnswer, TrendPoint } from "../../api/schema";
import { causeChart, latencyChart, outcomeChart } from "./chartOptions";
import { ChartPanel } from "./ChartPanel";
import { causeSheet, latencySheet, outcomeSheet } from "./trendSheets";
import { describeLatency, describeOutcomes } from "./trendWords";

interface Props {
  trend: TrendPoint[];
  zone: string;
  failures: CauseAnswer | undefined;
}

/** Outcomes, latency and causes over time. */
export function TrendCharts({ trend, zone, failures }: Props) {
  const outcomes = useMemo(() => outcomeSheet(trend, zone), [trend, zone]);
  const latency = useMemo(() => latencySheet(trend, zone), [trend, zone]);
  const causes = useMemo(() => failures && causeSheet(failures, zone), [failures, zone]);
  return (
    <SimpleGrid columns={{ base: 1, xl: 2 }} gap={4}>
      <ChartPanel
        title="How executions ended"
        about="The line is the share of completed and failed ones that went well."
        sheet={outcomes}
        build={outcomeChart}
        description={describeOutcomes(trend, zone)}
        empty="No execution ended in this period."
      />
      <ChartPanel
        title="How long they took"
        about="From the time they were due until all was done; quiet hours and retries count as well."
        sheet={latency}
        build={latencyChart}
        description={describeLatency(trend, zone)}
        empty="No execution completed in this period."
      />
      {causes && failures ? (
        <Box gridColumn={{ xl: "1 / -1" }} minWidth={0}>
          <ChartPanel
            title="Failures over time"
            about="The most frequent causes of failed actions."
            sheet={causes}
            build={causeChart}
            description={`${String(failures.total)} actions failed.`}
            empty="No action failed in this period."
          />
        </Box>
      ) : null}
    </SimpleGrid>
  );
}
