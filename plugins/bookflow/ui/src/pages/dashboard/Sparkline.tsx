import { Box } from "@chakra-ui/react";

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
  const width = completed.length * (BAR + GAP);
  const text = describeActivity({ completed, failed });
  return (
    <Box asChild display="block" flexShrink={0}>
      <svg role="img" aria-label={text} width={width} height={HEIGHT + 1}>
        <title>{text}</title>
        <Box asChild fill="border">
          <rect x={0} y={HEIGHT} width={width} height={1} />
        </Box>
        {completed.map((count, day) => {
          const good = scale(count);
          const bad = scale(failed[day] ?? 0);
          return (
            <g key={day}>
              <Box asChild fill="green.solid">
                <rect x={day * (BAR + GAP)} y={HEIGHT - good} width={BAR} height={good} />
              </Box>
              <Box asChild fill="red.solid">
                <rect
                  x={day * (BAR + GAP)}
                  y={Math.max(0, HEIGHT - good - bad)}
                  width={BAR}
                  height={bad}
                />
              </Box>
            </g>
          );
        })}
      </svg>
    </Box>
  );
}

/** The text alternative of the bars. */
export function describeActivity({ completed, failed }: Props): string {
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const days = `the last ${String(completed.length)} days`;
  if (sum(completed) + sum(failed) === 0) return `Nothing in ${days}`;
  const today = `today ${String(completed.at(-1) ?? 0)} and ${String(failed.at(-1) ?? 0)}`;
  return `${String(sum(completed))} completed, ${String(sum(failed))} failed in ${days}; ${today}`;
}
