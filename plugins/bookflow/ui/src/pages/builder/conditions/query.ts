import { isRecord } from "../draft/spec";

/** Names a rule that is not written as one; it is kept as it is. */
export const UNSHOWN = "(unshown)";

/** What stands in the spec: kept, so that keys that nobody changed stay as they were written. */
type Written = Readonly<Record<string, unknown>>;

/** A rule as the editor holds it. */
export interface QueryRule {
  id: string;
  field: string;
  operator: string;
  value: unknown;
  /** Undefined where the spec leaves it to the operator. */
  caseSensitive?: boolean;
  written?: Written;
  /** What stands there instead of a rule. */
  unshown?: { item: unknown };
}

/** A group as the editor holds it. */
export interface QueryGroup {
  id: string;
  combinator: "and" | "or";
  not: boolean;
  rules: (QueryRule | QueryGroup)[];
  written?: Written;
  /** Of the outermost group: it stands for a list of groups that must all hold. */
  isList?: boolean;
}

export type QueryItem = QueryRule | QueryGroup;

let count = 0;

/** An id for a new rule or group, unique on this page. */
export function newId(): string {
  count += 1;
  return `condition-${String(count)}`;
}

/** Whether it is a group. */
export function isGroup(item: QueryItem): item is QueryGroup {
  return "rules" in item;
}

/** Whether the editor can show conditions at all: nothing, or a list of groups. */
export function isShowable(value: unknown): boolean {
  if (value == null) return true;
  return Array.isArray(value) && value.every(isGroupWritten);
}

/** Makes of the spec's list of groups what the editor shows; a list of one is that group. */
export function toQuery(value: unknown): QueryGroup {
  const groups = Array.isArray(value) ? value.filter(isGroupWritten).map(readGroup) : [];
  const [only] = groups;
  if (only && groups.length === 1) return only;
  return { id: newId(), combinator: "and", not: false, rules: groups, isList: groups.length > 1 };
}

/** Makes of what the editor shows what the spec says; keys nobody changed are as before. */
export function fromQuery(query: QueryGroup): unknown[] {
  if (!query.rules.length) return [];
  const isPlain = query.isList && query.combinator === "and" && !query.not;
  if (isPlain && query.rules.every(isGroup)) return query.rules.map(writeGroup);
  return [writeGroup(query)];
}

function isGroupWritten(item: unknown): item is Written & { rules: unknown[] } {
  if (!isRecord(item) || !Array.isArray(item.rules)) return false;
  const { operator = "AND", negate = false } = item;
  return (operator === "AND" || operator === "OR") && typeof negate === "boolean";
}

function readGroup(written: Written & { rules: unknown[] }): QueryGroup {
  return {
    id: newId(),
    combinator: written.operator === "OR" ? "or" : "and",
    not: written.negate === true,
    rules: written.rules.map((item) => (isGroupWritten(item) ? readGroup(item) : readRule(item))),
    written,
  };
}

function readRule(item: unknown): QueryRule {
  if (!isRuleWritten(item)) {
    return { id: newId(), field: UNSHOWN, operator: UNSHOWN, value: null, unshown: { item } };
  }
  const { field, operator, value, case_sensitive } = item;
  return {
    id: newId(),
    field: field ?? "",
    operator,
    value: value ?? null,
    caseSensitive: case_sensitive ?? undefined,
    written: item,
  };
}

interface WrittenRule extends Written {
  field?: string | null;
  operator: string;
  value?: unknown;
  case_sensitive?: boolean | null;
}

function isRuleWritten(item: unknown): item is WrittenRule {
  if (!isRecord(item) || "rules" in item || typeof item.operator !== "string") return false;
  const { field, case_sensitive } = item;
  return (
    (field == null || typeof field === "string") &&
    (case_sensitive == null || typeof case_sensitive === "boolean")
  );
}

function writeGroup({ combinator, not, rules, written }: QueryGroup): Written {
  const operator = combinator === "or" ? "OR" : "AND";
  const keys = change(written ?? { operator, rules: [] }, {
    operator: written && !("operator" in written) && operator === "AND" ? undefined : operator,
    negate: not || (written && "negate" in written ? false : undefined),
  });
  return {
    ...keys,
    rules: rules.map((item) => (isGroup(item) ? writeGroup(item) : writeRule(item))),
  };
}

function writeRule(rule: QueryRule): unknown {
  if (rule.unshown) return rule.unshown.item;
  const { written = {} } = rule;
  // null and no key at all mean the same; what was written stays
  const kept = (key: string, now: unknown) =>
    now ?? (key in written && written[key] == null ? written[key] : undefined);
  return change(written, {
    field: kept("field", rule.field || undefined),
    operator: rule.operator,
    value: kept("value", rule.value ?? undefined),
    case_sensitive: kept("case_sensitive", rule.caseSensitive),
  });
}

/** Sets keys in their place; what is undefined is removed. */
function change(written: Written, keys: Record<string, unknown>): Record<string, unknown> {
  const all = { ...written, ...keys };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
