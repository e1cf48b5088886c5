import { Box, Button, Center, Text } from "@chakra-ui/react";
import { lazy, Suspense } from "react";

import { ErrorBoundary } from "../../states/ErrorBoundary";
import { Loading } from "../../states/Loading";
import type { ChartBuilder } from "./chartOptions";
import { FigurePanel } from "./FigurePanel";
import { FigureTable } from "./FigureTable";
import type { Sheet } from "./sheet";
import { useSearchParts } from "../../urlState/useSearchParts";

const EChart = lazy(() => import("./EChart"));

interface Props {
  title: string;
  about: string;
  sheet: Sheet;
  build: ChartBuilder;
  /** The chart in words, for who does not see it. */
  description: string;
  /** What stands there where there is nothing to draw. */
  empty: string;
}

/** A chart, or the table it was drawn from. */
export function ChartPanel({ title, about, sheet, build, description, empty }: Props) {
  const [search, change] = useSearchParts();
  const shown = search.get("tables")?.split(",") ?? [];
  const isTable = shown.includes(sheet.name);
  const hasFigures = sheet.rows.some((row) => row.slice(1).some(Boolean));
  const toggle = () => {
    const others = shown.filter((name) => name !== sheet.name);
    change({ tables: (isTable ? others : [...others, sheet.name]).join(",") });
  };
  return (
    <FigurePanel
      title={title}
      about={about}
      sheet={sheet}
      tools={
        <Button size="xs" variant="outline" aria-pressed={isTable} onClick={toggle}>
          Show as table
        </Button>
      }
    >
      {isTable ? <FigureTable sheet={sheet} title={title} /> : null}
      {!isTable && !hasFigures ? (
        <Center minHeight="8rem">
          <Text color="fg.muted">{empty}</Text>
        </Center>
      ) : null}
      {!isTable && hasFigures ? (
        <ErrorBoundary>
          <Box role="img" aria-label={`${title}. ${description} “Show as table” has each figure.`}>
            <Suspense fallback={<Loading what="the chart" />}>
              <EChart sheet={sheet} build={build} />
            </Suspense>
          </Box>
        </ErrorBoundary>
      ) : null}
    </FigurePanel>
  );
}
