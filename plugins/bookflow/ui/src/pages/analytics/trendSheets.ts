import type { CauseAnswer, TrendPoint } from "../../api/schema";
import { spellCause } from "./causeWords";
import type { Sheet } from "./sheet";

const HOUR = 3_600_000;

/** Writes where a point begins: the day, or day and hour where points are shorter. */
export function labelPoints(points: string[], zone: string): string[] {
  const [first, second, third] = points.map((at) => Date.parse(at));
  // the first point may be a part of one
  const length = third && second ? third - second : (second ?? 0) - (first ?? 0);
  const isHourly = points.length > 1 && length < 20 * HOUR;
  const format = new Intl.DateTimeFormat(undefined, {
    month: "short",
    day: "numeric",
    ...(isHourly ? { hour: "2-digit", minute: "2-digit" } : {}),
    timeZone: zone,
  });
  return points.map((at) => format.format(new Date(at)));
}

/** How executions ended, point by point. */
export function outcomeSheet(trend: TrendPoint[], zone: string): Sheet {
  const labels = labelPoints(
    trend.map(({ since }) => since),
    zone,
  );
  return {
    name: "executions-over-time",
    columns: ["From", "Completed", "Failed", "Cancelled", "Success rate in %"],
    rows: trend.map((point, index) => [
      labels[index] ?? point.since,
      point.successful,
      point.failed,
      point.cancelled,
      point.success_rate,
    ]),
  };
}

/** How long executions took from due to completed, in seconds, point by point. */
export function latencySheet(trend: TrendPoint[], zone: string): Sheet {
  const labels = labelPoints(
    trend.map(({ since }) => since),
    zone,
  );
  const seconds = (milliseconds: number | null | undefined) =>
    milliseconds == null ? null : milliseconds / 1000;
  return {
    name: "latency-over-time",
    columns: ["From", "Half within (s)", "90 % within (s)", "95 % within (s)", "99 % within (s)"],
    rows: trend.map(({ since, latency }, index) => [
      labels[index] ?? since,
      seconds(latency?.p50_ms),
      seconds(latency?.p90_ms),
      seconds(latency?.p95_ms),
      seconds(latency?.p99_ms),
    ]),
  };
}

const SHOWN_CAUSES = 6;

/** How often each of the most frequent causes struck, point by point. */
export function causeSheet({ points, trend }: CauseAnswer, zone: string): Sheet {
  const labels = labelPoints(points, zone);
  const shown = trend.slice(0, SHOWN_CAUSES);
  return {
    name: "causes-over-time",
    columns: ["From", ...shown.map(({ cause }) => spellCause(cause))],
    rows: labels.map((label, index) => [label, ...shown.map(({ counts }) => counts[index] ?? 0)]),
  };
}
