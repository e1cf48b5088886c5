import type { Piece } from "../../../states/Ticked";
import {
  isGroup as isGroupTrace,
  type GroupTrace,
  type RuleTrace,
} from "../../../words/conditions";
import { isRecord } from "../draft/spec";

export type { GroupTrace, RuleTrace };
export type Trace = RuleTrace | GroupTrace;
export { isGroupTrace };

/** Reads the conditions of a tried action; what has another shape is left out. */
export function readTraces(conditions: readonly unknown[]): GroupTrace[] {
  return conditions.filter(isTrace).filter(isGroupTrace);
}

function isTrace(item: unknown): item is Trace {
  return isRecord(item) && typeof item.holds === "boolean";
}

/** Finds what a rule or group found, by its way down from the outermost group. */
export function traceAt(
  traces: GroupTrace[] | undefined,
  path: number[],
  isList: boolean,
): Trace | undefined {
  const [first, ...rest] = isList ? path : [0, ...path];
  if (!traces || first === undefined) return undefined;
  return rest.reduce<Trace | undefined>(
    (trace, index) => (trace && isGroupTrace(trace) ? trace.rules[index] : undefined),
    traces[first],
  );
}

const LONGEST = 60;

/** Says whether a rule holds, and why: "not met, because `event_type_name` is `Intro`, not `VIP`". */
export function sayTrace(trace: RuleTrace): Piece[] {
  const { field, operator, expected, actual, holds, reason } = trace;
  const start: Piece = { text: holds ? "met: " : "not met, because " };
  if (operator === "expression" && isRecord(actual)) {
    const seen = Object.entries(actual).map(([name, value]) => `${name} is ${show(value)}`);
    return [start, { text: seen.join(", ") || "it is not so" }];
  }
  const name: Piece = { text: field ?? "it", isCode: true };
  if (actual === null || actual === undefined || actual === "") {
    return [start, name, { text: " is missing" }];
  }
  const found = [start, name, { text: " is " }, { text: show(actual), isCode: true }];
  if (!holds && operator === "equals") {
    return [...found, { text: ", not " }, { text: show(expected), isCode: true }];
  }
  return reason ? [...found, { text: ` (${reason})` }] : found;
}

/** A value in one line. */
export function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
