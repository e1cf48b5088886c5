import type { EChartsCoreOption } from "echarts/core";

import { formatSeconds } from "../../times/formats";
import type { Cell, Sheet } from "./sheet";

/** Colors of the host's theme, as the browser computes them just now. */
export interface Palette {
  /** Of the host; legends are laid out by its widths. */
  font: string;
  text: string;
  muted: string;
  line: string;
  panel: string;
  good: string;
  bad: string;
  off: string;
  rate: string;
  series: string[];
}

/** Makes the chart of a table: the first column are the points, each other one is a series. */
export type ChartBuilder = (sheet: Sheet, palette: Palette) => EChartsCoreOption;

const column = (sheet: Sheet, index: number): Cell[] => sheet.rows.map((row) => row[index] ?? null);

/** Beside the color: what failed is hatched as well. */
const hatched = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4 };

function frame(sheet: Sheet, palette: Palette, yAxis: object | object[]): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { color: palette.text, fontFamily: palette.font },
    grid: { left: 8, right: 12, top: 40, bottom: 4, containLabel: true },
    legend: {
      type: "scroll",
      top: 0,
      left: 0,
      textStyle: { color: palette.text },
      pageTextStyle: { color: palette.muted },
      pageIconColor: palette.text,
    },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: palette.panel,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12 },
    },
    xAxis: {
      type: "category",
      data: column(sheet, 0),
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: { color: palette.muted, hideOverlap: true },
    },
    yAxis,
  };
}

function axis(palette: Palette, more: object = {}): object {
  return {
    type: "value",
    axisLabel: { color: palette.muted },
    splitLine: { lineStyle: { color: palette.line, opacity: 0.6 } },
    minInterval: 1,
    ...more,
  };
}

/** Bars of what completed, failed and was cancelled, with the success rate as a line. */
export const outcomeChart: ChartBuilder = (sheet, palette) => {
  const percent = (value: unknown) => (typeof value === "number" ? `${String(value)} %` : "–");
  const bar = (index: number, color: string, decal?: object) => ({
    type: "bar",
    name: sheet.columns[index],
    stack: "executions",
    barMaxWidth: 28,
    data: column(sheet, index),
    itemStyle: decal ? { color, decal: { ...decal, color: palette.panel } } : { color },
  });
  return {
    ...frame(sheet, palette, [
      axis(palette),
      axis(palette, {
        min: 0,
        max: 100,
        splitLine: { show: false },
        axisLabel: { color: palette.muted, formatter: "{value} %" },
      }),
    ]),
    series: [
      bar(1, palette.good),
      bar(2, palette.bad, hatched),
      bar(3, palette.off),
      {
        type: "line",
        name: "Success rate",
        yAxisIndex: 1,
        data: column(sheet, 4),
        color: palette.rate,
        symbol: "circle",
        symbolSize: 5,
        lineStyle: { width: 2 },
        tooltip: { valueFormatter: percent },
      },
    ],
  };
};

const SYMBOLS = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];

/** Lines of the percentiles; each has a mark of its own. */
export const latencyChart: ChartBuilder = (sheet, palette) => {
  const spell = (value: unknown) => (typeof value === "number" ? formatSeconds(value) : "–");
  return {
    ...frame(
      sheet,
      palette,
      axis(palette, {
        minInterval: 0,
        axisLabel: { color: palette.muted, formatter: (value: number) => formatSeconds(value) },
      }),
    ),
    series: sheet.columns.slice(1).map((name, index) => ({
      type: "line",
      name: name.replace(" (s)", ""),
      data: column(sheet, index + 1),
      color: palette.series[index],
      symbol: SYMBOLS[index],
      symbolSize: 7,
      showAllSymbol: true,
      tooltip: { valueFormatter: spell },
    })),
  };
};

/** Stacked bars, one color per cause. */
export const causeChart: ChartBuilder = (sheet, palette) => ({
  ...frame(sheet, palette, axis(palette)),
  series: sheet.columns.slice(1).map((name, index) => ({
    type: "bar",
    name,
    stack: "causes",
    barMaxWidth: 28,
    data: column(sheet, index + 1),
    color: palette.series[index % palette.series.length],
  })),
});
