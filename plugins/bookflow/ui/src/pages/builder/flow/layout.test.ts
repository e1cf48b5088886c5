import { describe, expect, it } from "vitest";

import { BOX, layOut, markOf, placeAt } from "./layout";

const LEVELS = [[0], [1, 2], [3]];
const middleOf = (position: number) => {
  const { x, y } = layOut(LEVELS).get(position) ?? { x: 0, y: 0 };
  return { x: x + BOX.width / 2, y: y + BOX.height / 2 };
};
const below = (position: number, by: number) => {
  const { x, y } = middleOf(position);
  return { x, y: y + by };
};
const HALF_ROW = (BOX.height + BOX.gapY) / 2;

it("centers each level below the trigger, without overlap", () => {
  const places = layOut(LEVELS);
  expect(places.get(0)?.x).toBe(-BOX.width / 2);
  expect((places.get(2)?.x ?? 0) - (places.get(1)?.x ?? 0)).toBeGreaterThan(BOX.width);
  expect(places.get(1)?.y).toBe(places.get(2)?.y);
  expect(places.get(0)?.y).toBeGreaterThan(BOX.height);
});

describe("what is dropped", () => {
  it.each([
    ["onto a level goes beside it", 0, middleOf(3), { kind: "beside", level: 2 }],
    ["between levels gets one of its own", 0, below(1, HALF_ROW), { kind: "before", level: 2 }],
    ["below all goes to the end", 0, below(3, 5_000), { kind: "before", level: 3 }],
    ["above all goes to the start", 3, { x: 0, y: -500 }, { kind: "before", level: 0 }],
    ["onto its own level changes nothing", 1, middleOf(2), null],
    ["right after itself changes nothing", 0, below(0, HALF_ROW), null],
    ["out of a shared level leaves it", 1, below(1, HALF_ROW), { kind: "before", level: 2 }],
  ] as const)("%s", (_, dragged, point, place) => {
    expect(placeAt(LEVELS, point, dragged)).toEqual(place);
  });
  it("may be new", () => {
    expect(placeAt([], { x: 0, y: 900 })).toEqual({ kind: "before", level: 0 });
    expect(placeAt(LEVELS, middleOf(0))).toEqual({ kind: "beside", level: 0 });
  });
});

it("marks a whole level, or the line between two", () => {
  expect(markOf(LEVELS, { kind: "beside", level: 1 }).height).toBeGreaterThan(BOX.height);
  expect(markOf(LEVELS, { kind: "before", level: 1 }).height).toBeLessThan(10);
});
