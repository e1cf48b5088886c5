import { expect, it } from "vitest";

import type { TrendPoint } from "../../api/schema";
import { causeChart, latencyChart, outcomeChart, type Palette } from "./chartOptions";
import { toCsv } from "./sheet";
import { causeSheet, labelPoints, latencySheet, outcomeSheet } from "./trendSheets";
import { describeLatency, describeOutcomes } from "./trendWords";

const PALETTE: Palette = {
  font: "sans-serif",
  text: "#111111",
  muted: "#666666",
  line: "#cccccc",
  panel: "#ffffff",
  good: "#008800",
  bad: "#cc0000",
  off: "#aaaaaa",
  rate: "#0000cc",
  series: ["#000001", "#000002", "#000003", "#000004"],
};

function point(day: string, failed: number, p95: number | null): TrendPoint {
  return {
    since: `${day}T00:00:00+01:00`,
    until: `${day}T23:59:59+01:00`,
    created: 10,
    ended: 10,
    successful: 10 - failed,
    failed,
    cancelled: 1,
    success_rate: p95 === null ? null : 100 - failed * 10,
    latency: { count: 9, p50_ms: 800, p90_ms: 1400, p95_ms: p95, p99_ms: p95 },
  };
}
const TREND = [
  point("2026-03-01", 0, 1000),
  point("2026-03-02", 3, 4500),
  point("2026-03-03", 1, null),
];
const ZONE = "Europe/Berlin";

it("labels days in the zone that was counted in", () => {
  const labels = labelPoints(["2026-03-01T23:00:00Z", "2026-03-02T23:00:00Z"], ZONE);
  expect(labels[0]).toContain("2");
  expect(labels[0]).not.toContain(":");
});

it("labels hours with the time", () => {
  expect(labelPoints(["2026-03-01T22:00:00Z", "2026-03-01T23:00:00Z"], "UTC")[1]).toContain("11");
  expect(labelPoints(["2026-03-01T22:00:00Z", "2026-03-01T23:00:00Z"], "UTC")[1]).toContain(":");
});

it("makes a table of outcomes, with gaps where there is no rate", () => {
  const { rows } = outcomeSheet(TREND, ZONE);
  expect(rows.map((row) => row.slice(1))).toEqual([
    [10, 0, 1, 100],
    [7, 3, 1, 70],
    [9, 1, 1, null],
  ]);
});

it("makes a table of latencies in seconds", () => {
  expect(latencySheet(TREND, ZONE).rows[1]?.slice(1)).toEqual([0.8, 1.4, 4.5, 4.5]);
});

it("makes a table of causes in words", () => {
  const sheet = causeSheet(
    {
      period: { since: "", until: "", timezone: "UTC" },
      unit: "day",
      total: 6,
      causes: [],
      points: ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
      trend: [{ cause: "no-email", counts: [0, 6] }],
    },
    "UTC",
  );
  expect(sheet.columns[1]).toBe("There is no e-mail address to send to");
  expect(sheet.rows.map((row) => row[1])).toEqual([0, 6]);
});

it("draws each column as a series", () => {
  const outcomes = outcomeChart(outcomeSheet(TREND, ZONE), PALETTE);
  expect(outcomes.series).toMatchObject([
    { type: "bar", name: "Completed", data: [10, 7, 9] },
    // not by its color alone
    { type: "bar", name: "Failed", data: [0, 3, 1], itemStyle: { decal: { symbol: "rect" } } },
    { type: "bar", name: "Cancelled", data: [1, 1, 1] },
    { type: "line", name: "Success rate", data: [100, 70, null] },
  ]);
  const latency = latencyChart(latencySheet(TREND, ZONE), PALETTE).series as { symbol: string }[];
  expect(new Set(latency.map(({ symbol }) => symbol)).size).toBe(4);
  expect(
    causeChart({ name: "x", columns: ["From", "a"], rows: [["x", 1]] }, PALETTE).series,
  ).toHaveLength(1);
});

it("describes charts in words", () => {
  expect(describeOutcomes(TREND, ZONE)).toMatch(/26 completed, 4 failed, 3 were cancelled.*: 3\.$/);
  expect(describeLatency(TREND, ZONE)).toContain("95 % were done within 4.5 s");
  expect(describeLatency([], ZONE)).toBe("No execution completed.");
});

it("writes CSV that spreadsheets read and do not run", () => {
  const rows = [
    ['say "hi", now', 1.5, null],
    ["=1+1", 2, "x"],
  ];
  expect(toCsv({ columns: ["a", "b", "c"], rows })).toBe(
    'a,b,c\r\n"say ""hi"", now",1.5,\r\n\'=1+1,2,x\r\n',
  );
});
