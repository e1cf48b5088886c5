import { useDeferredValue } from "react";

const FIRST = 20;

/**
 * Long lists in two steps: what fills the screen at once, the rest in between of what people do.
 *
 * React draws the rest in slices of a few milliseconds, so that keys and clicks never wait for it.
 */
export function useGradually<Row>(rows: Row[]): Row[] {
  const late = useDeferredValue(rows, rows.slice(0, FIRST));
  // where nothing was before there is nothing to go on showing
  return late.length === 0 ? rows.slice(0, FIRST) : late;
}
