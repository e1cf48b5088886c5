import { isRecord } from "./spec";

const OPERATORS: Record<string, string> = {
  equals: "is",
  not_equals: "is not",
  greater_than: "is more than",
  less_than: "is less than",
  greater_than_or_equal: "is at least",
  less_than_or_equal: "is at most",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  is_empty: "is empty",
  is_not_empty: "is not empty",
  in_list: "is one of",
  not_in_list: "is none of",
  regex_match: "matches",
  between: "is between",
  within_next: "is within the next",
  within_last: "is within the last",
};

/** Conditions as part of a sentence: "attendee count is at least 5 and …"; empty without any. */
export function conditionsInWords(conditions: unknown): string {
  if (!Array.isArray(conditions)) return "";
  return joinRules(conditions, "and", conditions.length > 1);
}

function joinRules(rules: unknown[], joint: string, isNested: boolean): string {
  return rules
    .map((rule) => ruleInWords(rule, isNested))
    .filter(Boolean)
    .join(` ${joint} `);
}

function ruleInWords(rule: unknown, isNested: boolean): string {
  if (!isRecord(rule)) return "";
  if (!Array.isArray(rule.rules)) return comparisonInWords(rule);
  const inner: unknown[] = rule.rules;
  const text = joinRules(inner, rule.operator === "OR" ? "or" : "and", inner.length > 1);
  if (rule.negate === true) return text && `not (${text})`;
  return isNested && inner.length > 1 ? `(${text})` : text;
}

function comparisonInWords({ field, operator, value }: Record<string, unknown>): string {
  if (operator === "expression") return typeof value === "string" ? value : "…";
  if (typeof field !== "string" || typeof operator !== "string") return "";
  if (typeof value === "boolean" && /^(not_)?equals$/.test(operator)) {
    return yesOrNo(field, value === (operator === "equals"));
  }
  const words = `${nameOf(field)} ${OPERATORS[operator] ?? operator}`;
  if (/^is_(not_)?empty$/.test(operator)) return words;
  const isRange = operator === "between" && Array.isArray(value);
  return `${words} ${isRange ? value.map(shown).join(" and ") : shown(value)}`;
}

function nameOf(field: string): string {
  return field.replace(/^custom_/, "answer ").replaceAll("_", " ");
}

/** "there is a phone", "it is not weekend". */
function yesOrNo(field: string, isSo: boolean): string {
  const [, verb, rest = ""] = /^(has|is)_(.+)$/.exec(field) ?? [];
  if (verb === "has") return `there is ${isSo ? "a" : "no"} ${nameOf(rest)}`;
  if (verb === "is") return `it is ${isSo ? "" : "not "}${nameOf(rest)}`;
  return `${nameOf(field)} ${isSo ? "holds" : "does not hold"}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "string") return /^\d+[wdhms]?$/.test(value) ? value : `“${value}”`;
  return value == null ? "…" : JSON.stringify(value);
}
