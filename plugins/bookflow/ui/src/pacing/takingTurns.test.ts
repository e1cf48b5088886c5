import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { takeTurn } from "./takingTurns";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

it("does one job per frame, in the order in which they came", () => {
  const done: string[] = [];
  for (const name of ["a", "b", "c"]) takeTurn(() => done.push(name));
  expect(done).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(["a"]);
  // painted first
  vi.advanceTimersToNextFrame();
  expect(done).toEqual(["a"]);
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(["a", "b"]);
  vi.runAllTimers();
  expect(done).toEqual(["a", "b", "c"]);
});

it("leaves out what was dropped, and begins again after a pause", () => {
  const done: string[] = [];
  takeTurn(() => done.push("kept"));
  takeTurn(() => done.push("dropped"))();
  vi.runAllTimers();
  takeTurn(() => done.push("later"));
  vi.runAllTimers();
  expect(done).toEqual(["kept", "later"]);
});

it("goes on after a job that fails", () => {
  const done: string[] = [];
  takeTurn(() => {
    throw new Error("no room to draw");
  });
  takeTurn(() => done.push("next"));
  expect(() => vi.advanceTimersToNextTimer()).toThrow("no room to draw");
  vi.runAllTimers();
  expect(done).toEqual(["next"]);
});
