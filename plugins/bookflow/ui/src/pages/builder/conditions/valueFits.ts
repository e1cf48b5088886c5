import { findField } from "../../../api/context";
import type { ContextField, ContextFields } from "../../../api/schema";
import { operatorsFor, type ValueKind, valueKindOf } from "./operators";
import type { QueryRule } from "./query";

/** What a new rule compares with, before anybody says so. */
export function emptyValue(operator: string, field: ContextField | undefined): unknown {
  switch (valueKindOf(operator)) {
    case "none":
      return null;
    case "list":
      return [];
    case "pair":
      return ["", ""];
    case "duration":
      return "24h";
    case "one":
      if (field?.type === "boolean") return true;
      return field?.choices[0] ?? "";
    default:
      return "";
  }
}

const isNothing = (value: unknown) => value == null;
const isText = (value: unknown) => typeof value === "string";

const SHOWN: Record<ValueKind, (value: unknown) => boolean> = {
  none: isNothing,
  one: isScalar,
  list: (value) => isScalar(value) || isScalarList(value),
  pair: (value) => isScalarList(value) && value.length === 2,
  duration: (value) => isText(value) || typeof value === "number",
  pattern: isText,
  expression: isText,
};

/** Whether the inputs can show a value; others stay as they are written. */
export function isEditable(operator: string, value: unknown): boolean {
  return isNothing(value) || SHOWN[valueKindOf(operator)](value);
}

/** Changes the field of a rule, and keeps what still fits. */
export function withField(rule: QueryRule, name: string, words: ContextFields): QueryRule {
  const [field, old] = [findField(words, name), findField(words, rule.field)];
  const type = field?.type ?? "any";
  const fits = operatorsFor(words, type);
  const operator = fits.includes(rule.operator) ? rule.operator : (fits[0] ?? "equals");
  const isAlike = old?.type === type && !field?.choices.length;
  const isFree = ["pattern", "duration", "none"].includes(valueKindOf(operator));
  const keeps = operator === rule.operator && (isAlike || isFree);
  return {
    ...rule,
    field: name,
    operator,
    value: keeps ? rule.value : emptyValue(operator, field),
  };
}

/** Changes the operator of a rule, and carries its value over where that makes sense. */
export function withOperator(rule: QueryRule, operator: string, field?: ContextField): QueryRule {
  const carried = carryOver(rule.value, valueKindOf(rule.operator), valueKindOf(operator));
  return { ...rule, operator, value: carried ?? emptyValue(operator, field) };
}

/** What becomes of a value that is to be of another kind; nothing where it can't be that. */
function carryOver(value: unknown, before: ValueKind, after: ValueKind): unknown {
  if (before === after) return value;
  const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
  if (first == null || first === "") return undefined;
  switch (`${before} to ${after}`) {
    case "one to list":
      return [first];
    case "one to pair":
      return [first, ""];
    case "list to one":
    case "pair to one":
    case "pattern to one":
      return first;
    case "one to pattern":
      return typeof first === "string" ? first : undefined;
    default:
      return undefined;
  }
}

/**
 * Reads what was typed as a field of that type wants it.
 *
 * Half a number stays text, so that one can go on typing; of a field that may hold anything the
 * kind stays what it was.
 */
export function readTyped(text: string, type: string, before: unknown): unknown {
  const isNumber = type === "number" || (type === "any" && typeof before === "number");
  if (isNumber && /^-?\d+(\.\d*[1-9])?$/.test(text)) return Number(text);
  if (type === "any" && typeof before === "boolean") {
    if (text === "true" || text === "false") return text === "true";
  }
  return text;
}

/** A value as text in an input. */
export function asText(value: unknown): string {
  if (value == null) return "";
  return isScalar(value) ? String(value) : JSON.stringify(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function isScalarList(value: unknown): value is (string | number | boolean)[] {
  return Array.isArray(value) && value.every(isScalar);
}
