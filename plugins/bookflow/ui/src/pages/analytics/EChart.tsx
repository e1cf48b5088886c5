import { Box } from "@chakra-ui/react";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

import type { ChartBuilder } from "./chartOptions";
import type { Sheet } from "./sheet";
import { takeTurn } from "./takingTurns";
import { usePalette } from "./usePalette";

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Props {
  sheet: Sheet;
  build: ChartBuilder;
}

/** Draws a table; loaded on its own, since the charts are the heaviest thing there is here. */
export default function EChart({ sheet, build }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const palette = usePalette();

  useEffect(() => {
    if (!place.current) return;
    const watcher = new ResizeObserver(() => {
      chart.current?.resize();
    });
    watcher.observe(place.current);
    return () => {
      watcher.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(
    () =>
      takeTurn(() => {
        if (!place.current) return;
        chart.current ??= init(place.current, null, { renderer: "svg" });
        chart.current.setOption(build(sheet, palette), { notMerge: true });
      }),
    [sheet, build, palette],
  );

  return <Box ref={place} height="18rem" width="full" aria-hidden />;
}
