import { expect, it } from "vitest";

import { fit, reveal, sizeOf } from "./fitting";
import { BOX } from "./layout";

const three = [[0], [1, 2], [3]];
const right = ({ x, zoom }: { x: number; zoom: number }, width: number) => x + (width * zoom) / 2;

it.each([
  [1440, 600],
  [620, 500],
  [358, 384],
])("keeps the whole width of a flow within a pane of %i by %i", (width, height) => {
  const view = fit([[0], [1]], { width, height });
  expect(right(view, sizeOf([[0], [1]]).width)).toBeLessThanOrEqual(width);
  expect(view.y).toBeGreaterThan(0);
});

it("shows all of a flow that has the room", () => {
  const pane = { width: 700, height: 600 };
  const { y, zoom } = fit(three, pane);
  expect(y + sizeOf(three).height * zoom).toBeLessThanOrEqual(pane.height);
});

it("shows the beginning of a long flow so that it can be read", () => {
  const long = Array.from({ length: 20 }, (_, at) => [at]);
  const view = fit(long, { width: 358, height: 384 });
  expect(view.zoom).toBeGreaterThanOrEqual(0.6);
  expect(view.y).toBeGreaterThan(0);
});

it("moves the view as little as it takes to show a box", () => {
  const pane = { width: 400, height: 400 };
  const view = { x: 200, y: 20, zoom: 1 };
  const seen = { x: -BOX.width / 2, y: 140 };
  expect(reveal(view, pane, seen)).toBe(view);
  const below = reveal(view, pane, { x: -BOX.width / 2, y: 1_000 });
  expect(below.y + 1_000 + BOX.height).toBe(380);
  expect(below.x).toBe(200);
});
