/** A workflow as it is edited: what stands in it, right or not. */
export type Spec = Readonly<Record<string, unknown>>;
/** One action of it. */
export type Action = Readonly<Record<string, unknown>>;

/** Whether something is an object with keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether forms can show it: keys, and a list of actions that have keys. */
export function hasFormShape(value: unknown): value is Spec {
  if (!isRecord(value)) return false;
  const { actions } = value;
  return actions == null || (Array.isArray(actions) && actions.every(isRecord));
}

/** The actions in the order of the file. */
export function actionsOf(spec: Spec): Action[] {
  return Array.isArray(spec.actions) ? spec.actions.filter(isRecord) : [];
}

/** The text of a key; empty where there is none. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Sets a key in its place; `undefined` and the empty text remove it. */
export function withKey<T extends Readonly<Record<string, unknown>>>(
  record: T,
  key: string,
  value: unknown,
): T {
  const isGone = value === undefined || value === "";
  if (isGone && !(key in record)) return record;
  const copy: Record<string, unknown> = { ...record, [key]: value };
  if (!isGone) return copy as T;
  return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== key)) as unknown as T;
}

/** Whether two values of JSON say the same; the order of keys does not count. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]));
  }
  if (!isRecord(one) || !isRecord(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && isSame(one[key], other[key]))
  );
}
