import { Box } from "@chakra-ui/react";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

import type { ChartBuilder } from "./chartOptions";
import type { Sheet } from "./sheet";
import { takeTurn } from "../../pacing/takingTurns";
import { usePalette } from "./usePalette";

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

let isBegun = false;

/** Draws what nobody sees: code is compiled when it first runs, and not all in the first chart. */
function begin() {
  if (isBegun) return;
  isBegun = true;
  const chart = init(document.createElement("div"), null, {
    renderer: "svg",
    width: 200,
    height: 100,
  });
  chart.setOption({ animation: false, xAxis: { data: ["a", "b"] }, yAxis: {}, grid: {} });
  chart.dispose();
}

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

  useEffect(() => {
    const drops = [
      ...(isBegun ? [] : [takeTurn(begin)]),
      takeTurn(() => {
        if (place.current) chart.current ??= init(place.current, null, { renderer: "svg" });
      }),
      // understood in one frame, drawn in the next
      takeTurn(() => {
        chart.current?.setOption(build(sheet, palette), { notMerge: true, lazyUpdate: true });
      }),
    ];
    return () => {
      for (const drop of drops) drop();
    };
  }, [sheet, build, palette]);

  return <Box ref={place} height="18rem" width="full" aria-hidden />;
}
