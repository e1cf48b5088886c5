import type { TrendPoint } from "../../api/schema";
import { formatSeconds } from "../../times/formats";
import { formatNumber } from "./compareWords";
import { labelPoints } from "./trendSheets";

/** The chart of outcomes in words: how many in all, and when most failed. */
export function describeOutcomes(trend: TrendPoint[], zone: string): string {
  const sum = (key: "successful" | "failed" | "cancelled") =>
    formatNumber(trend.reduce((total, point) => total + point[key], 0));
  const all = `${sum("successful")} completed, ${sum("failed")} failed, ${sum("cancelled")} were cancelled.`;
  const [worst] = trend.toSorted((one, other) => other.failed - one.failed);
  if (!worst?.failed) return all;
  const [at = ""] = labelPoints([worst.since], zone);
  return `${all} Most failed at ${at}: ${formatNumber(worst.failed)}.`;
}

/** The chart of latencies in words: the slowest point. */
export function describeLatency(trend: TrendPoint[], zone: string): string {
  const known = trend.flatMap(({ since, latency }) =>
    latency?.p95_ms == null ? [] : [{ since, seconds: latency.p95_ms / 1000 }],
  );
  const [slowest] = known.toSorted((one, other) => other.seconds - one.seconds);
  if (!slowest) return "No execution completed.";
  const [at = ""] = labelPoints([slowest.since], zone);
  return `Slowest at ${at}: 95 % were done within ${formatSeconds(slowest.seconds)}.`;
}
