import type { Diagnostic } from "@codemirror/lint";

import type { SpecIssue } from "../../../api/schema";
import { pathOf } from "../draft/issues";
import { findInText } from "../draft/yamlText";

/** Marks what was found in the text that is shown. */
export function marksOf(
  text: string,
  isTyped: boolean,
  errors: SpecIssue[],
  warnings: SpecIssue[],
): Diagnostic[] {
  const all = [
    ...errors.map((issue) => ({ issue, severity: "error" as const })),
    ...warnings.map((issue) => ({ issue, severity: "warning" as const })),
  ];
  return all.map(({ issue, severity }) => {
    const [from, to] = placeOf(text, isTyped, issue);
    return { from, to, severity, message: issue.message };
  });
}

/**
 * Where a finding stands, as offsets.
 *
 * Lines count in the text that the server read: that is this one only where somebody typed it.
 */
export function placeOf(text: string, isTyped: boolean, issue: SpecIssue): [number, number] {
  const named = findInText(text, pathOf(issue.key));
  const isMissing = issue.code === "missing";
  if (named && !isMissing && !(isTyped && issue.line > 0)) return firstLineOf(text, named);
  const lines = text.split("\n");
  const line = Math.min(Math.max(issue.line, 1), lines.length);
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const length = lines[line - 1]?.length ?? 0;
  const from = start + Math.min(Math.max(issue.column - 1, 0), length);
  return [from, Math.max(start + length, from)];
}

function firstLineOf(text: string, [from, to]: [number, number]): [number, number] {
  const end = text.indexOf("\n", from);
  return [from, Math.min(to, end < 0 ? text.length : end)];
}
