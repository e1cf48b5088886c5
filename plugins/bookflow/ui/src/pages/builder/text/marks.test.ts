import { expect, it } from "vitest";

import { changeBetween } from "./changeBetween";
import { marksOf, placeOf } from "./marks";

const TEXT =
  "id: a\n# about\ntrigger: booking_creatd\nactions:\n  - message: |\n      one\n      two\n";
const issue = (key: string, line: number, column: number, code = "value") => ({
  file: "a.yaml",
  line,
  column,
  key,
  message: "wrong",
  suggestion: null,
  code,
});
const cut = ([from, to]: [number, number]) => TEXT.slice(from, to);

it("finds the value of a key where the server read another text", () => {
  expect(cut(placeOf(TEXT, false, issue("trigger", 99, 1)))).toBe("booking_creatd");
});
it("goes by line and column where the text was typed", () => {
  expect(cut(placeOf(TEXT, true, issue("triger", 3, 1, "unknown-key")))).toBe(
    "trigger: booking_creatd",
  );
});
it("marks one line of a long text", () => {
  expect(cut(placeOf(TEXT, false, issue("actions[0].message", 5, 5)))).toBe("|");
});
it("stays within the text", () => {
  expect(cut(placeOf(TEXT, true, issue("", 400, 400)))).toBe("");
  expect(cut(placeOf(TEXT, true, issue("", 0, 0)))).toBe("id: a");
});
it("tells errors and warnings apart", () => {
  const marks = marksOf(TEXT, false, [issue("id", 1, 1)], [issue("trigger", 3, 1)]);
  expect(marks.map(({ severity }) => severity)).toEqual(["error", "warning"]);
});

it.each([
  ["abc", "abc", null],
  ["abc", "abXc", { from: 2, to: 2, insert: "X" }],
  ["aaa", "aa", { from: 2, to: 3, insert: "" }],
  ["", "x", { from: 0, to: 0, insert: "x" }],
])("changes %j into %j by the least", (before, after, change) => {
  expect(changeBetween(before, after)).toEqual(change);
});
