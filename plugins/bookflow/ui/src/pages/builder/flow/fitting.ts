import type { Levels } from "../draft/levels";
import { BOX } from "./layout";

interface Size {
  width: number;
  height: number;
}

/** What of the flow is shown, and how large. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** Below this nobody can read what stands in a box: rather a part of the flow than dots. */
const READABLE = 0.6;
/** What runs side by side is rather seen small than in part, as long as its names can be read. */
const SMALLEST = 0.5;
const LARGEST = 1;
const EDGE = 20;

/** The size of a whole flow: the trigger above its levels, in the middle of the widest. */
export function sizeOf(levels: Levels): Size {
  const across = Math.max(1, ...levels.map((level) => level.length));
  return {
    width: across * BOX.width + (across - 1) * BOX.gapX,
    height: (levels.length + 1) * BOX.height + levels.length * BOX.gapY,
  };
}

/** The view that shows all of a flow, or its beginning where all would be too small to read. */
export function fit(levels: Levels, pane: Size): View {
  const { width, height } = sizeOf(levels);
  const across = (pane.width - 2 * EDGE) / width;
  const down = Math.max(READABLE, (pane.height - 2 * EDGE) / height);
  const zoom = Math.max(SMALLEST, Math.min(LARGEST, across, down));
  const rest = (pane.height - height * zoom) / 2;
  return { x: pane.width / 2, y: Math.max(EDGE, Math.min(rest, 3 * EDGE)), zoom };
}

/** The view moved as little as it takes to show a box; the same one where it is in sight. */
export function reveal(view: View, pane: Size, box: { x: number; y: number }): View {
  const move = (start: number, size: number, room: number, at: number) => {
    const [begin, end] = [at * view.zoom + start, (at + size) * view.zoom + start];
    if (begin < EDGE) return start + EDGE - begin;
    return end > room - EDGE ? start + room - EDGE - end : start;
  };
  const x = move(view.x, BOX.width, pane.width, box.x);
  const y = move(view.y, BOX.height, pane.height, box.y);
  return x === view.x && y === view.y ? view : { ...view, x, y };
}
