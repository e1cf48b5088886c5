import { BaseEdge, type EdgeProps } from "@xyflow/react";

const BEND = 5;

/** The way from an action to the point where it meets those that run beside it: down, then across. */
export function JoinEdge({ sourceX, sourceY, targetX, targetY }: EdgeProps) {
  const side = Math.sign(targetX - sourceX);
  const [above, beside] = [targetY - BEND, sourceX + side * BEND];
  const bend = `V ${String(above)} Q ${String(sourceX)} ${String(targetY)} ${String(beside)} ${String(targetY)}`;
  const down = side === 0 ? `V ${String(targetY)}` : `${bend} H ${String(targetX)}`;
  return <BaseEdge path={`M ${String(sourceX)} ${String(sourceY)} ${down}`} />;
}
