import { expect, it } from "vitest";

import { fromQuery, isShowable, toQuery } from "./query";

const rule = (more: object = {}) => ({
  field: "invitee_name",
  operator: "equals",
  value: "A",
  ...more,
});
const all = (...rules: unknown[]) => ({ operator: "AND", rules });
const any = (...rules: unknown[]) => ({ operator: "OR", rules });

const WRITTEN: [string, unknown[]][] = [
  ["none", []],
  ["one group", [all(rule())]],
  ["several groups", [all(rule()), any(rule(), rule({ field: "custom_budget" }))]],
  ["groups in one group, which is not the same text", [all(all(rule()), any(rule()))]],
  ["deep groups", [any(all(any(all(rule()), rule())), rule())]],
  ["a group without operator", [{ rules: [rule()] }]],
  ["a turned group", [{ operator: "OR", negate: true, rules: [rule(), all(rule())] }]],
  ["negate said to be false", [{ negate: false, rules: [rule()], operator: "AND" }]],
  [
    "turned groups in a list",
    [
      { ...all(rule()), negate: true },
      { ...any(rule()), negate: false },
    ],
  ],
  ["text", [all(rule({ value: "Ада, „quoted“ \n" }))]],
  [
    "numbers and numbers as text",
    [all(rule({ value: 5 }), rule({ value: "5" }), rule({ value: 0 }))],
  ],
  ["booleans", [all(rule({ field: "is_weekend", value: false }))]],
  ["not equal", [all(rule({ operator: "not_equals", value: "" }))]],
  ["greater", [all(rule({ operator: "greater_than", value: 3 }))]],
  ["less", [all(rule({ operator: "less_than", value: -1.5 }))]],
  ["at least", [all(rule({ operator: "greater_than_or_equal", value: "2026-03-29" }))]],
  ["at most", [all(rule({ operator: "less_than_or_equal", value: "2026-03-29T09:00:00+02:00" }))]],
  ["contains", [all(rule({ operator: "contains" }), rule({ operator: "not_contains" }))]],
  ["edges", [all(rule({ operator: "starts_with" }), rule({ operator: "ends_with" }))]],
  ["emptiness", [all({ field: "meeting_link", operator: "is_empty" })]],
  [
    "emptiness with a null",
    [all({ operator: "is_not_empty", field: "meeting_link", value: null })],
  ],
  ["lists", [all(rule({ operator: "in_list", value: ["a", 1, true] }))]],
  ["lists of nothing", [all(rule({ operator: "not_in_list", value: [] }))]],
  ["pattern", [all(rule({ operator: "regex_match", value: "^(a|b)\\d+$" }))]],
  ["between", [all(rule({ operator: "between", value: [1, 5] }))]],
  [
    "windows",
    [
      all(
        rule({ operator: "within_next", value: "24h" }),
        rule({ operator: "within_last", value: 90 }),
      ),
    ],
  ],
  ["calculation", [all({ operator: "expression", value: "duration > 20" })]],
  ["calculation with a null field", [all({ field: null, operator: "expression", value: "a > 1" })]],
  [
    "case",
    [
      all(
        rule({ case_sensitive: true }),
        rule({ case_sensitive: false }),
        rule({ case_sensitive: null }),
      ),
    ],
  ],
  [
    "an unknown operator and field",
    [all({ field: "nope", operator: "resembles", value: { a: [1] } })],
  ],
  ["keys that are none", [all(rule({ note: "why" })), { ...any(rule()), label: "x" }]],
  [
    "what is no rule",
    [all("text", 5, null, { field: 7, operator: "equals" }, rule(), { value: 1 })],
  ],
  ["a group that is none", [all({ operator: "XOR", rules: [rule()] })]],
  ["no rules", [all(), any(rule())]],
];

it.each(WRITTEN)("gives back as it was written: %s", (_, conditions) => {
  expect(isShowable(conditions)).toBe(true);
  const given = fromQuery(toQuery(conditions));
  // a group without rules cannot be shown alone, which is why nothing is written unless changed
  expect(JSON.stringify(given)).toBe(JSON.stringify(conditions));
});

it.each([["a text"], [{ rules: [] }], [[rule()]], [["x"]], [[{ operator: "NOR", rules: [] }]]])(
  "says what it can't show: %j",
  (conditions) => {
    expect(isShowable(conditions)).toBe(false);
  },
);

it("shows nothing at all as no conditions", () => {
  expect(isShowable(undefined)).toBe(true);
  expect(fromQuery(toQuery(undefined))).toEqual([]);
});

it("puts a group around groups of a list once one of them need hold", () => {
  const query = toQuery([all(rule()), any(rule())]);
  expect(fromQuery({ ...query, combinator: "or" })).toEqual([any(all(rule()), any(rule()))]);
  expect(fromQuery({ ...query, not: true })).toEqual([
    { ...all(all(rule()), any(rule())), negate: true },
  ]);
});

it("removes keys that no longer say anything", () => {
  const query = toQuery([{ ...all(rule({ case_sensitive: true })), negate: true }]);
  const [first] = query.rules;
  const changed = { ...first, operator: "is_empty", value: null, caseSensitive: undefined };
  expect(fromQuery({ ...query, not: false, rules: [changed as typeof query] })).toEqual([
    { ...all({ field: "invitee_name", operator: "is_empty" }), negate: false },
  ]);
});
