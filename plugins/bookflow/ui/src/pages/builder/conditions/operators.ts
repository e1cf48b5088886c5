import type { ContextFields } from "../../../api/schema";

/** How the operators of conditions read, and which value each takes. */
const PLAIN: Record<string, string> = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  in_list: "is one of",
  not_in_list: "is none of",
  is_empty: "is empty",
  is_not_empty: "is not empty",
  regex_match: "matches the pattern",
  greater_than: "is more than",
  less_than: "is less than",
  greater_than_or_equal: "is at least",
  less_than_or_equal: "is at most",
  between: "is between",
  within_next: "is within the next",
  within_last: "was within the last",
  expression: "calculation",
};

const OF_TIMES: Record<string, string> = {
  greater_than: "is after",
  less_than: "is before",
  greater_than_or_equal: "is at or after",
  less_than_or_equal: "is at or before",
};

const EQUALITY = ["equals", "not_equals"];
const PARTS = ["contains", "not_contains", "starts_with", "ends_with"];
const LISTS = ["in_list", "not_in_list"];
const EMPTINESS = ["is_empty", "is_not_empty"];
const ORDER = [
  "greater_than",
  "greater_than_or_equal",
  "less_than",
  "less_than_or_equal",
  "between",
];
const WINDOWS = ["within_next", "within_last"];

const USUAL = [...EQUALITY, ...PARTS, ...LISTS, ...EMPTINESS, ...ORDER, "regex_match", ...WINDOWS];
/** What most people look for in fields of a type stands first. */
const FIRST: Record<string, string[]> = {
  number: [...EQUALITY, ...ORDER],
  datetime: [...WINDOWS, ...ORDER],
  date: ORDER,
};

const OF_TEXTS = new Set([...EQUALITY, ...PARTS, ...LISTS, "regex_match"]);

/** What an operator wants to compare with. */
export type ValueKind = "none" | "one" | "list" | "pair" | "duration" | "pattern" | "expression";

/** The operators that fit fields of a type, as the API says, in the order people look for them. */
export function operatorsFor({ operators }: Pick<ContextFields, "operators">, type: string) {
  const fitting = operators[type] ?? operators.any ?? [];
  const order = [...(FIRST[type] ?? []), ...USUAL, ...fitting];
  return [...new Set(order)].filter((operator) => fitting.includes(operator));
}

/** An operator in words, as it reads between a field of that type and the value. */
export function sayOperator(operator: string, type: string): string {
  const isTime = type === "datetime" || type === "date";
  return (isTime ? OF_TIMES[operator] : undefined) ?? PLAIN[operator] ?? operator;
}

/** Which kind of value an operator takes. */
export function valueKindOf(operator: string): ValueKind {
  if (EMPTINESS.includes(operator)) return "none";
  if (LISTS.includes(operator)) return "list";
  if (WINDOWS.includes(operator)) return "duration";
  if (operator === "between") return "pair";
  if (operator === "regex_match") return "pattern";
  return operator === "expression" ? "expression" : "one";
}

/** Whether upper and lower case can matter: only where texts are compared. */
export function mayRegardCase(operator: string, type: string): boolean {
  return (type === "text" || type === "any" || type === "date") && OF_TEXTS.has(operator);
}

/** Whether case matters where the rule says nothing about it. */
export function regardsCase(operator: string): boolean {
  return operator === "regex_match";
}
