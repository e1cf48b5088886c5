type Wanted = (value: string) => string;

const WANTED: Record<string, Wanted> = {
  equals: (value) => value,
  not_equals: (value) => `anything but ${value}`,
  greater_than: (value) => `more than ${value}`,
  less_than: (value) => `less than ${value}`,
  greater_than_or_equal: (value) => `at least ${value}`,
  less_than_or_equal: (value) => `at most ${value}`,
  contains: (value) => `something with ${value} in it`,
  not_contains: (value) => `something without ${value} in it`,
  starts_with: (value) => `something that starts with ${value}`,
  ends_with: (value) => `something that ends with ${value}`,
  is_empty: () => "no value",
  is_not_empty: () => "a value",
  in_list: (value) => `one of ${value}`,
  not_in_list: (value) => `none of ${value}`,
  regex_match: (value) => `a match of ${value}`,
  between: (value) => `between ${value}`,
  within_next: (value) => `within the next ${value}`,
  within_last: (value) => `within the last ${value}`,
};

/** The operators that `describeClause` knows, the longest first, as alternatives of a pattern. */
export const OPERATORS = Object.keys(WANTED)
  .sort((a, b) => b.length - a.length)
  .join("|");

/** Writes a value that a condition met, or asked for, so that text can be told from a number. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  if (value === "") return "empty";
  if (typeof value === "string") return `“${value}”`;
  if (Array.isArray(value)) return value.map(showValue).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${name} is ${showValue(one)}`)
      .join(", ");
  }
  return String(value as number | boolean);
}

/** Says what a rule asked for: "at least 5". */
export function wantedInWords(operator: string, expected: unknown): string {
  const wanted = WANTED[operator];
  const value =
    operator === "between" && Array.isArray(expected)
      ? expected.map(showValue).join(" and ")
      : showValue(expected);
  return wanted ? wanted(value) : `${operator.replaceAll("_", " ")} ${value}`;
}

/** One rule of a condition, as the API traces it. */
export interface RuleTrace {
  field: string | null;
  operator: string;
  expected: unknown;
  actual: unknown;
  holds: boolean;
  reason?: string;
}

/** Rules that hold together, or one of which has to. */
export interface GroupTrace {
  operator: "AND" | "OR";
  negate?: boolean;
  holds: boolean;
  rules: (RuleTrace | GroupTrace)[];
}

/** Tells groups from rules. */
export function isGroup(item: RuleTrace | GroupTrace): item is GroupTrace {
  return "rules" in item;
}

/** Says what a rule found, and what it wanted: "is 3, wanted at least 5". */
export function ruleInWords({ operator, expected, actual }: RuleTrace): string {
  if (operator === "expression") return `${String(expected)}: ${showValue(actual)}`;
  return `is ${showValue(actual)}, wanted ${wantedInWords(operator, expected)}`;
}

/** Says how the rules of a group stand to each other. */
export function groupInWords({ operator, negate }: GroupTrace): string {
  if (operator === "AND") return negate ? "Not all of these together" : "All of these";
  return negate ? "None of these" : "At least one of these";
}
