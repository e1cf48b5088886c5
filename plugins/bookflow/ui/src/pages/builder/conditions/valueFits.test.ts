import { describe, expect, it } from "vitest";

import { newRule, settle } from "./editing";
import { offsetOf, readMoment, writeMoment } from "./moments";
import { operatorsFor, valueKindOf } from "./operators";
import { faultOfPattern } from "./patterns";
import { type QueryGroup, type QueryRule } from "./query";
import { isEditable, readTyped } from "./valueFits";

const field = (type: string, choices: string[] = []) => ({
  name: type,
  type,
  description: "",
  example: null,
  choices,
});
const FIELDS = {
  text: field("text"),
  number: field("number"),
  boolean: field("boolean"),
  datetime: field("datetime"),
  day: { ...field("text", ["Monday", "Tuesday"]), name: "day" },
};
const SCALE = ["greater_than", "less_than", "between"];
const ON_TEXT = ["contains", "starts_with", "regex_match"];
const EVERYWHERE = ["equals", "not_equals", "is_empty", "in_list"];
const WORDS = {
  domain: "booking",
  fields: Object.values(FIELDS),
  operators: {
    text: [...SCALE, ...ON_TEXT, ...EVERYWHERE],
    number: [...EVERYWHERE, ...SCALE],
    boolean: EVERYWHERE,
    datetime: [...EVERYWHERE, ...SCALE, "within_next", "within_last"],
    any: [...EVERYWHERE, ...ON_TEXT, ...SCALE, "sounds_like"],
  },
  open_prefixes: ["custom_"],
  updatable_fields: {},
  triggers: [],
};

/** Changes one rule as the editor does. */
function change(rule: Partial<QueryRule>, changes: Partial<QueryRule>) {
  const before: QueryRule = { ...newRule(), ...rule };
  const root = (item: QueryRule): QueryGroup => ({
    id: "root",
    combinator: "and",
    not: false,
    rules: [item],
  });
  const { field, operator, value } = settle(root(before), root({ ...before, ...changes }), WORDS)
    .rules[0] as QueryRule;
  return { field, operator, value };
}

describe("operators", () => {
  it.each(["text", "number", "boolean", "datetime", "any"] as const)(
    "offers for %s what the API says, and nothing else",
    (type) => {
      expect(new Set(operatorsFor(WORDS, type))).toEqual(new Set(WORDS.operators[type]));
    },
  );

  it("offers first what people look for, and last what it does not know", () => {
    expect(operatorsFor(WORDS, "text")[0]).toBe("equals");
    expect(operatorsFor(WORDS, "datetime")[0]).toBe("within_next");
    expect(operatorsFor(WORDS, "any").at(-1)).toBe("sounds_like");
  });

  it("offers for a type that it does not know what fits anything", () => {
    expect(operatorsFor(WORDS, "colour")).toEqual(operatorsFor(WORDS, "any"));
  });
});

describe("another field", () => {
  it("keeps operator and value where both still fit", () => {
    const rule = { field: "text", operator: "equals", value: "A" };
    expect(change(rule, { field: "" })).toMatchObject({ operator: "equals" });
    expect(
      change({ ...rule, field: "number", operator: "regex_match" }, { field: "text" }),
    ).toEqual({
      field: "text",
      operator: "regex_match",
      value: "A",
    });
  });

  it("changes an operator that does not fit", () => {
    const rule = { field: "text", operator: "contains", value: "A" };
    expect(change(rule, { field: "datetime" })).toEqual({
      field: "datetime",
      operator: "within_next",
      value: "24h",
    });
  });

  it("starts with a value that the field has", () => {
    const rule = { field: "text", operator: "equals", value: "A" };
    expect(change(rule, { field: "day" }).value).toBe("Monday");
    expect(change(rule, { field: "boolean" }).value).toBe(true);
  });

  it("makes a calculation", () => {
    const rule = { field: "text", operator: "equals", value: "A" };
    expect(change(rule, { field: "(calculation)" })).toEqual({
      field: "",
      operator: "expression",
      value: "",
    });
  });
});

describe("another operator", () => {
  const rule = { field: "text", operator: "equals", value: "A" };
  it.each([
    [{}, "contains", "A"],
    [{}, "in_list", ["A"]],
    [{}, "is_empty", null],
    [{}, "regex_match", "A"],
    [{ operator: "in_list", value: ["A", "B"] }, "equals", "A"],
    [{ field: "number", operator: "greater_than", value: 3 }, "between", [3, ""]],
    [{ field: "datetime", operator: "within_next", value: "2d" }, "within_last", "2d"],
    [{ field: "datetime", operator: "within_next", value: "2d" }, "equals", ""],
  ])("of %j: %s carries over %j", (more, operator, value) => {
    expect(change({ ...rule, ...more }, { operator })).toMatchObject({ operator, value });
  });
});

it("removes a group with its last rule", () => {
  const group: QueryGroup = { id: "g", combinator: "or", not: false, rules: [] };
  const root: QueryGroup = { id: "r", combinator: "and", not: false, rules: [newRule(), group] };
  expect(settle(root, root, WORDS).rules).toHaveLength(1);
});

it.each([
  ["5", "number", "", 5],
  ["-2.5", "number", "", -2.5],
  ["2.", "number", "", "2."],
  ["2.0", "number", "", "2.0"],
  ["five", "number", "", "five"],
  ["5", "text", "", "5"],
  ["5", "any", "", "5"],
  ["5", "any", 4, 5],
  ["false", "any", true, false],
])("reads %j for %s as what it means", (text, type, before, value) => {
  expect(readTyped(text, type, before)).toBe(value);
});

it.each([
  ["equals", { a: 1 }],
  ["equals", ["a"]],
  ["between", [1]],
  ["is_empty", "x"],
  ["regex_match", 5],
  ["in_list", [["a"]]],
])("leaves alone what does not fit: %s %j", (operator, value) => {
  expect(isEditable(operator, value)).toBe(false);
});

it("knows which operators take no value", () => {
  expect(valueKindOf("is_not_empty")).toBe("none");
});

describe("moments", () => {
  it.each([
    ["2026-03-29T09:00:00+02:00", "2026-03-29T09:00:00+02:00"],
    ["2026-03-29T09:00Z", "2026-03-29T09:00:00+00:00"],
    ["2026-03-29 09:00:00-0530", "2026-03-29T09:00:00-05:30"],
    ["2026-03-29T09:00:00", "2026-03-29T09:00:00"],
  ])("reads %s", (written, again) => {
    const moment = readMoment(written);
    expect(moment && writeMoment(moment)).toBe(again);
  });

  it("does not touch what it can't show", () => {
    expect(readMoment("2026-03-29T09:00:31Z")).toBeUndefined();
    expect(readMoment("tomorrow")).toBeUndefined();
  });

  it.each([
    ["2026-01-15T09:00", "Europe/Berlin", "+01:00"],
    ["2026-07-15T09:00", "Europe/Berlin", "+02:00"],
    ["2026-03-29T03:30", "Europe/Berlin", "+02:00"],
    ["2026-03-29T01:30", "Europe/Berlin", "+01:00"],
    ["2026-07-15T09:00", "Asia/Kolkata", "+05:30"],
    ["2026-07-15T00:10", "America/New_York", "-04:00"],
  ])("knows how far %s is from UTC in %s", (local, zone, offset) => {
    expect(offsetOf(local, zone)).toBe(offset);
  });
});

describe("patterns", () => {
  it.each(["^trial", "(?i)vip", "(?P<year>\\d{4})", "a|b", ""])("takes %s", (pattern) => {
    expect(faultOfPattern(pattern)).toBeUndefined();
  });
  it.each(["(", "a(?=b)", "(a)\\1", "[z-a]", "*"])("warns of %s", (pattern) => {
    expect(faultOfPattern(pattern)).toMatch(/^The pattern .*\.$/);
  });
});
