import { describe, expect, it } from "vitest";

import { beside, earlier, insert, later, levelsOf, move, remove } from "./levels";

const named = (...orders: (number | undefined)[]) =>
  orders.map((order, at) => ({ name: "abcdef"[at], ...(order === undefined ? {} : { order }) }));
const shown = (actions: readonly Record<string, unknown>[]) =>
  levelsOf(actions).map((level) => level.map((at) => actions[at]?.name).join("+"));

describe("levels", () => {
  it("follow the list where nothing says otherwise", () => {
    expect(shown(named(undefined, undefined, undefined))).toEqual(["a", "b", "c"]);
  });
  it("put equal orders side by side, sorted by number", () => {
    expect(shown(named(2, 1, 1))).toEqual(["b+c", "a"]);
  });
  it("let an action without order follow the one above it", () => {
    expect(shown(named(1, undefined, 1, 2))).toEqual(["a+c", "b", "d"]);
  });
});

describe("moving", () => {
  it("drops `order` where all run one after the other", () => {
    const { actions, position } = move(named(1, 2, 3), 2, { kind: "before", level: 0 });
    expect(actions).toEqual([{ name: "c" }, { name: "a" }, { name: "b" }]);
    expect(position).toBe(0);
  });
  it("numbers all actions where two run side by side", () => {
    const { actions } = move(named(undefined, undefined, undefined), 2, {
      kind: "beside",
      level: 0,
    });
    expect(actions).toEqual([
      { name: "a", order: 1 },
      { name: "c", order: 1 },
      { name: "b", order: 2 },
    ]);
  });
  it("changes nothing where an action is put where it is", () => {
    const actions = named(1, 1, 2);
    expect(move(actions, 2, { kind: "before", level: 1 }).actions).toEqual(actions);
  });
  it("keeps actions that do not change as they are", () => {
    const actions = named(1, 1, 2);
    expect(move(actions, 0, { kind: "beside", level: 0 }).actions).toContain(actions[2]);
  });
});

describe("steps of the keyboard", () => {
  const go = (
    actions: ReturnType<typeof named>,
    at: number,
    step: typeof earlier,
  ): string[] | null => {
    const place = step(actions, at);
    return place && shown(move(actions, at, place).actions);
  };
  const three = named(undefined, undefined, undefined);
  it.each([
    ["earlier", earlier, 1, ["b", "a", "c"]],
    ["earlier at the start", earlier, 0, null],
    ["later", later, 0, ["b", "a", "c"]],
    ["later at the end", later, 2, null],
    ["beside", beside, 2, ["a", "b+c"]],
    ["beside for the first", beside, 0, ["b+a", "c"]],
  ])("%s", (_, step, at, expected) => {
    expect(go(three, at, step)).toEqual(expected);
  });
  it("leave a level before they pass it", () => {
    expect(go(named(1, 1, 2), 1, earlier)).toEqual(["b", "a", "c"]);
    expect(go(named(1, 1, 2), 0, later)).toEqual(["b", "a", "c"]);
  });
  it("have nowhere to go with one action", () => {
    expect([earlier, later, beside].map((step) => step(named(undefined), 0))).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe("adding and removing", () => {
  it("adds at the end, or at a place", () => {
    expect(shown(insert(named(undefined), { name: "z" }).actions)).toEqual(["a", "z"]);
    const { actions, position } = insert(
      named(undefined, undefined),
      { name: "z" },
      { kind: "beside", level: 0 },
    );
    expect(shown(actions)).toEqual(["a+z", "b"]);
    expect(position).toBe(1);
  });
  it("removes", () => {
    expect(shown(remove(named(1, 1, 2), 0))).toEqual(["b", "c"]);
  });
});
