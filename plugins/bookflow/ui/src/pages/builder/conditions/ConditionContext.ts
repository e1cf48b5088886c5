import { createContext, useContext } from "react";

import type { ContextFields, SpecIssue } from "../../../api/schema";
import type { QueryGroup, QueryRule } from "./query";
import { type GroupTrace, type Trace, traceAt } from "./traces";

/** What all parts of one editor of conditions share. */
export interface Conditions {
  root: QueryGroup;
  words: ContextFields;
  issues: SpecIssue[];
  /** The key of the list in the spec, such as `actions[0].conditions`. */
  path: string;
  /** What the rules found on the pinned booking; absent while that is not known. */
  traces?: GroupTrace[];
  isReadOnly: boolean;
  changeRule: (id: string, changes: Partial<QueryRule>) => void;
}

export const ConditionContext = createContext<Conditions | undefined>(undefined);

/** The editor around a control. */
export function useConditions(): Conditions {
  const conditions = useContext(ConditionContext);
  if (!conditions) throw new Error("This belongs within an editor of conditions.");
  return conditions;
}

/** What the rule or group at a path found on the pinned booking. */
export function useTrace(path: number[]): Trace | undefined {
  const { root, traces } = useConditions();
  return traceAt(traces, path, root.isList ?? false);
}

/** What is wrong with the rule or group at a path itself. */
export function useIssues(path: number[]): SpecIssue[] {
  const { root, issues, path: base } = useConditions();
  const [first, ...rest] = root.isList ? path : [0, ...path];
  if (first === undefined) return [];
  const key = [`${base}[${String(first)}]`, ...rest.map((at) => `.rules[${String(at)}]`)].join("");
  return issues.filter((issue) => {
    if (issue.key === key) return true;
    return issue.key.startsWith(`${key}.`) && !/^\.rules\b/.test(issue.key.slice(key.length));
  });
}
