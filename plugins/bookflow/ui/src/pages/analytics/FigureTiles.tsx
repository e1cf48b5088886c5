import { Box, SimpleGrid, Text } from "@chakra-ui/react";

import type { ExecutionFigures, LatencyFigures, OtherPeriod } from "../../api/schema";
import { formatSeconds } from "../../times/formats";
import { formatRate } from "../../words/rates";
import {
  compareCounts,
  compareRates,
  compareTimes,
  type Difference,
  isQuiet,
} from "./compareWords";

interface Props {
  executions: ExecutionFigures;
  latency: LatencyFigures;
  before: OtherPeriod;
}

/** The most important figures, each with the difference to the period before in words. */
export function FigureTiles({ executions, latency, before }: Props) {
  const past = before.executions;
  const wasQuiet = isQuiet(past);
  const compare = (key: "successful" | "failed" | "cancelled", good: "less" | "neither") =>
    wasQuiet ? undefined : compareCounts(executions[key], past[key], good);
  return (
    <SimpleGrid as="dl" columns={{ base: 2, md: 3, xl: 6 }} gap={3}>
      <Tile
        name="Went well"
        value={executions.success_rate === null ? "–" : formatRate(executions.success_rate)}
        difference={compareRates(executions.success_rate, past.success_rate)}
      />
      <Tile
        name="Completed"
        value={executions.successful.toLocaleString()}
        difference={compare("successful", "neither")}
      />
      <Tile
        name="Failed"
        value={executions.failed.toLocaleString()}
        difference={compare("failed", "less")}
      />
      <Tile
        name="Cancelled"
        value={executions.cancelled.toLocaleString()}
        difference={compare("cancelled", "neither")}
      />
      <Tile
        name="Half done within"
        value={spell(latency.p50_ms)}
        difference={compareTimes(latency.p50_ms, before.latency.p50_ms)}
      />
      <Tile
        name="95 % done within"
        value={spell(latency.p95_ms)}
        difference={compareTimes(latency.p95_ms, before.latency.p95_ms)}
      />
    </SimpleGrid>
  );
}

const COLORS = { better: "fg.success", worse: "red.fg", same: "fg.muted", plain: "fg.muted" };

interface TileProps {
  name: string;
  value: string;
  /** Absent where there was nothing to compare with, which the line below says once. */
  difference: Difference | undefined;
}

function Tile({ name, value, difference }: TileProps) {
  return (
    <Box borderWidth="1px" borderRadius="md" p={3} minWidth={0}>
      <Text as="dt" color="fg.muted" fontSize="sm">
        {name}
      </Text>
      <Text as="dd" fontSize="xl" fontWeight="semibold">
        {value}
      </Text>
      {difference ? (
        <Text as="dd" fontSize="xs" color={COLORS[difference.verdict]}>
          <span aria-hidden>{difference.sign} </span>
          {difference.text}
        </Text>
      ) : null}
    </Box>
  );
}

function spell(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatSeconds(milliseconds / 1000);
}
