import { findField } from "../../../api/context";
import type { ContextFields } from "../../../api/schema";
import { isGroup, newId, type QueryGroup, type QueryItem, type QueryRule } from "./query";
import { withField, withOperator } from "./valueFits";

/** How deep groups may nest, and how many rules conditions may have; the spec's own limits. */
export const MAX_DEPTH = 10;
export const MAX_RULES = 500;

/** Stands where a field would, for a rule that calculates. */
export const CALCULATION = "(calculation)";

/** A rule that nobody has filled in yet. */
export function newRule(): QueryRule {
  return { id: newId(), field: "", operator: "equals", value: "" };
}

/** A group with one rule to fill in: the spec allows none without rules. */
export function newGroup(): QueryGroup {
  return { id: newId(), combinator: "or", not: false, rules: [newRule()] };
}

/** How many groups are around what stands in the group at a path, itself included. */
export function depthAt(root: QueryGroup, path: number[]): number {
  return path.length + (root.isList ? 0 : 1);
}

/** How many rules and inner groups there are. */
export function countRules(group: QueryGroup): number {
  return group.rules.reduce((count, item) => count + 1 + (isGroup(item) ? countRules(item) : 0), 0);
}

/** Changes one rule. */
export function changeRule(root: QueryGroup, id: string, changes: Partial<QueryRule>): QueryGroup {
  const change = (item: QueryItem): QueryItem => {
    if (isGroup(item)) return { ...item, rules: item.rules.map(change) };
    return item.id === id ? { ...item, ...changes } : item;
  };
  return { ...root, rules: root.rules.map(change) };
}

/**
 * Makes whole what one change left half done.
 *
 * Another field wants an operator and a value that fit it, another operator a value of its kind,
 * and a group that lost its last rule goes.
 */
export function settle(before: QueryGroup, after: QueryGroup, words: ContextFields): QueryGroup {
  const old = new Map<string, QueryRule>();
  const remember = (group: QueryGroup) => {
    for (const item of group.rules) {
      if (isGroup(item)) remember(item);
      else old.set(item.id, item);
    }
  };
  remember(before);
  const settleItem = (item: QueryItem): QueryItem[] => {
    if (!isGroup(item)) return [settleRule(old.get(item.id), item, words)];
    const rules = item.rules.flatMap(settleItem);
    return rules.length ? [{ ...item, rules }] : [];
  };
  return { ...after, rules: after.rules.flatMap(settleItem) };
}

function settleRule(old: QueryRule | undefined, rule: QueryRule, words: ContextFields): QueryRule {
  if (!old) return rule;
  if (rule.field === CALCULATION) return { ...old, field: "", operator: "expression", value: "" };
  if (rule.field !== old.field) return withField(old, rule.field, words);
  if (rule.operator !== old.operator) {
    return withOperator(old, rule.operator, findField(words, rule.field));
  }
  return rule;
}
