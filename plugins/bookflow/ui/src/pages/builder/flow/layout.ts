import type { Levels, Place } from "../draft/levels";

/** The size of a box of the flow and the room between boxes, in pixels. */
export const BOX = { width: 216, height: 76, gapX: 32, gapY: 64 } as const;
const ROW = BOX.height + BOX.gapY;
const COLUMN = BOX.width + BOX.gapX;

interface Point {
  x: number;
  y: number;
}

/** Where each action stands, by its position in the file; the trigger is at the top in the middle. */
export function layOut(levels: Levels): Map<number, Point> {
  const places = new Map<number, Point>();
  levels.forEach((level, row) => {
    level.forEach((position, column) => {
      const x = (column - (level.length - 1) / 2) * COLUMN - BOX.width / 2;
      places.set(position, { x, y: (row + 1) * ROW });
    });
  });
  return places;
}

/** The place that a box means when its middle is dropped here; null where that changes nothing. */
export function placeAt(levels: Levels, middle: Point, dragged?: number): Place | null {
  const row = (middle.y - BOX.height / 2) / ROW - 1;
  const nearest = Math.round(row);
  const isBeside =
    nearest >= 0 && nearest < levels.length && Math.abs(row - nearest) * ROW < BOX.height / 2;
  if (isBeside) {
    const isMine = dragged !== undefined && levels[nearest]?.includes(dragged);
    return isMine ? null : { kind: "beside", level: nearest };
  }
  const level = Math.min(Math.max(Math.ceil(row), 0), levels.length);
  const own = levels.findIndex((members) => dragged !== undefined && members.includes(dragged));
  const isAlone = own >= 0 && levels[own]?.length === 1;
  return isAlone && (level === own || level === own + 1) ? null : { kind: "before", level };
}

/** The box that shows where something would go. */
export function markOf(levels: Levels, { kind, level }: Place) {
  const across = Math.max(1, kind === "beside" ? (levels[level]?.length ?? 1) : 1);
  const width = across * COLUMN + BOX.gapX;
  const x = -width / 2;
  if (kind === "beside") {
    return { x, y: (level + 1) * ROW - 12, width, height: BOX.height + 24 };
  }
  return { x, y: (level + 1) * ROW - BOX.gapY / 2 - 2, width, height: 4 };
}
