import { Box, Link as ChakraLink, SimpleGrid, Skeleton, Text } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { api, read } from "../../api/client";
import { useChoices } from "../../api/workflows";
import { paths, withQuery } from "../../app/paths";
import { Ticked } from "../../states/Ticked";
import { viewerZone } from "../../times/formats";
import { formatRate } from "../../words/rates";

const DAYS = 7;
const MINUTE = 60_000;
const MOST_INCIDENTS = 100;

/** The state of everything in a few figures; each leads to what is behind it. */
export function OverallFigures() {
  return (
    <SimpleGrid
      as="section"
      aria-label="Overall figures"
      columns={{ base: 2, lg: 4 }}
      gap={3}
      mb={5}
    >
      <WorkflowCounts />
      <WeekOfExecutions />
      <OpenIncidents />
    </SimpleGrid>
  );
}

function WorkflowCounts() {
  const { data, error } = useChoices();
  const counts = data?.workflows;
  return (
    <Figure
      name="Active workflows"
      to={withQuery(paths.dashboard, { state: "active" })}
      value={counts && counts.active.toLocaleString()}
      isMissing={Boolean(error)}
    >
      {counts ? (
        <>
          <ChakraLink asChild>
            <Link to={withQuery(paths.dashboard, { state: "inactive" })}>
              {counts.inactive.toLocaleString()} inactive
            </Link>
          </ChakraLink>
          {", "}
          <ChakraLink asChild color={counts.invalid ? "red.fg" : undefined}>
            <Link to={withQuery(paths.dashboard, { state: "invalid" })}>
              {counts.invalid.toLocaleString()} invalid
            </Link>
          </ChakraLink>
        </>
      ) : null}
    </Figure>
  );
}

function WeekOfExecutions() {
  const { data, error } = useQuery({
    queryKey: ["dashboard", "week"],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/analytics/compare", {
          params: { query: { period: `${String(DAYS)}d`, timezone: viewerZone() } },
          signal,
        }),
      ),
    staleTime: MINUTE / 2,
    refetchInterval: MINUTE,
  });
  const figures = data?.executions;
  const before = data?.compared_with.executions;
  return (
    <>
      <Figure
        name={`Executions in ${String(DAYS)} days`}
        to={paths.executions}
        value={figures && figures.ended.toLocaleString()}
        isMissing={Boolean(error)}
      >
        {figures ? `${figures.failed.toLocaleString()} failed` : null}
        {before ? `; ${before.ended.toLocaleString()} in all the week before` : null}
      </Figure>
      <Figure
        name={`Success rate in ${String(DAYS)} days`}
        to={paths.analytics}
        value={figures && (figures.success_rate === null ? "—" : formatRate(figures.success_rate))}
        isMissing={Boolean(error)}
      >
        {figures ? compareRates(figures.success_rate, before?.success_rate ?? null) : null}
      </Figure>
    </>
  );
}

function OpenIncidents() {
  const { data, error } = useQuery({
    queryKey: ["dashboard", "incidents"],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/incidents", {
          params: { query: { state: "open", limit: MOST_INCIDENTS } },
          signal,
        }),
      ),
    refetchInterval: MINUTE / 2,
  });
  const [newest] = data?.incidents ?? [];
  return (
    <Figure
      name="Open incidents"
      to={paths.health}
      value={data && `${String(data.incidents.length)}${data.next_cursor ? "+" : ""}`}
      isBad={Boolean(newest)}
      isMissing={Boolean(error)}
    >
      {data ? newest ? <Ticked>{newest.subject}</Ticked> : "Nothing needs you" : null}
    </Figure>
  );
}

interface FigureProps {
  name: string;
  to: string;
  value: string | undefined;
  isBad?: boolean;
  isMissing?: boolean;
  children?: ReactNode;
}

function Figure({ name, to, value, isBad = false, isMissing = false, children }: FigureProps) {
  return (
    <Box borderWidth="1px" rounded="md" px={{ base: 3, md: 4 }} py={3} minWidth={0}>
      <Text fontSize="sm" color="fg.muted">
        {name}
      </Text>
      <Skeleton loading={value === undefined && !isMissing} width="fit-content" minWidth={8}>
        <ChakraLink asChild fontSize="2xl" fontWeight="medium" color={isBad ? "red.fg" : "fg"}>
          <Link to={to} aria-label={`${name}: ${value ?? "not known"}`}>
            {value ?? "—"}
          </Link>
        </ChakraLink>
      </Skeleton>
      <Text fontSize="xs" color="fg.muted" minHeight="1lh" lineClamp={2}>
        {value === undefined && isMissing ? "Not available at the moment" : children}
      </Text>
    </Box>
  );
}

/** How a rate stands against the one before, in points: "1.5 points more than the week before". */
export function compareRates(now: number | null, before: number | null): string {
  if (now === null) return "None has ended";
  if (before === null) return "None the week before";
  const points = Math.round((now - before) * 10) / 10;
  if (points === 0) return "As the week before";
  return `${Math.abs(points).toLocaleString()} points ${points > 0 ? "more" : "less"} than the week before`;
}
