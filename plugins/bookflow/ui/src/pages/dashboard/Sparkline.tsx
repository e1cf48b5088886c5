interface Props {
  completed: number[];
  failed: number[];
}

const BAR = 5;
const GAP = 1;
const HEIGHT = 22;

/** Executions per day as small bars, failed ones in red on top; the sums are said as text. */
export function Sparkline({ completed, failed }: Props) {
  const sums = completed.map((count, day) => count + (failed[day] ?? 0));
  const most = Math.max(1, ...sums);
  const scale = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT));
  const good = completed.map(scale);
  const bad = completed.map((_, day) => scale(failed[day] ?? 0));
  const width = completed.length * (BAR + GAP);
  const text = describeActivity({ completed, failed });
  return (
    <svg className="bf-bars" role="img" aria-label={text} width={width} height={HEIGHT + 1}>
      <title>{text}</title>
      <path d={`M0 ${String(HEIGHT)}h${String(width)}v1H0z`} />
      <path className="bf-done" d={drawBars(good, good)} />
      <path
        className="bf-failed"
        d={drawBars(
          bad,
          bad.map((height, day) => Math.min(HEIGHT, height + (good[day] ?? 0))),
        )}
      />
    </svg>
  );
}

/** All bars of a color are one path: a list has hundreds of such charts. */
function drawBars(heights: number[], tops: number[]): string {
  return heights
    .map((height, day) => {
      if (height === 0) return "";
      const from = [day * (BAR + GAP), round(HEIGHT - (tops[day] ?? 0))].join(" ");
      return `M${from}h${String(BAR)}v${String(round(height))}h-${String(BAR)}z`;
    })
    .join("");
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

/** The text alternative of the bars. */
export function describeActivity({ completed, failed }: Props): string {
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const days = `the last ${String(completed.length)} days`;
  if (sum(completed) + sum(failed) === 0) return `Nothing in ${days}`;
  const today = `today ${String(completed.at(-1) ?? 0)} and ${String(failed.at(-1) ?? 0)}`;
  return `${String(sum(completed))} completed, ${String(sum(failed))} failed in ${days}; ${today}`;
}
