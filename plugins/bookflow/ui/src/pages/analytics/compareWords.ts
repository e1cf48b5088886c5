/** What a difference means for people; "plain" where neither way is better. */
export type Verdict = "better" | "worse" | "same" | "plain";

/** A difference to the period before, in words that need no color. */
export interface Difference {
  text: string;
  sign: "▲" | "▼" | "=" | "";
  verdict: Verdict;
}

type Good = "more" | "less" | "neither";

const SAME: Difference = { text: "the same as in the period before", sign: "=", verdict: "same" };

/** Whether nothing at all happened, so that there is nothing to compare with. */
export function isQuiet({ created, ended }: { created: number; ended: number }): boolean {
  return created === 0 && ended === 0;
}

/** A number with one decimal at most. */
export function formatNumber(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 1 });
}

/** Counts beside those of before: "12 more than in the period before (+11 %)". */
export function compareCounts(now: number, before: number, good: Good): Difference {
  if (before === 0 && now === 0) return SAME;
  const more = now - before;
  if (more === 0) return SAME;
  const way = more > 0 ? "more" : "fewer";
  const share = before ? ` (${signed((more / before) * 100)} %)` : "";
  return {
    text: `${formatNumber(Math.abs(more))} ${way} than in the period before${share}`,
    sign: more > 0 ? "▲" : "▼",
    verdict: judge(more, good),
  };
}

/** Success rates beside each other: "better by 1.7 points: 96.5 % in the period before". */
export function compareRates(now: number | null, before: number | null): Difference | undefined {
  if (now === null || before === null) return undefined;
  const points = now - before;
  if (Math.abs(points) < 0.05) return SAME;
  const way = points > 0 ? "better" : "worse";
  return {
    text: `${way} by ${formatNumber(Math.abs(points))} points: ${formatNumber(before)} % in the period before`,
    sign: points > 0 ? "▲" : "▼",
    verdict: way,
  };
}

/** Lengths of time beside each other: "15 % faster than in the period before". */
export function compareTimes(now: number | null, before: number | null): Difference | undefined {
  if (now === null || before === null || before === 0) return undefined;
  const change = ((now - before) / before) * 100;
  if (Math.abs(change) < 1) return { ...SAME, text: "as fast as in the period before" };
  const way = change > 0 ? "slower" : "faster";
  return {
    text: `${formatNumber(Math.abs(change))} % ${way} than in the period before`,
    sign: change > 0 ? "▲" : "▼",
    verdict: judge(change, "less"),
  };
}

function judge(more: number, good: Good): Verdict {
  if (good === "neither") return "plain";
  return more > 0 === (good === "more") ? "better" : "worse";
}

function signed(value: number): string {
  return `${value > 0 ? "+" : "−"}${formatNumber(Math.abs(value))}`;
}
