import { isRecord } from "../draft/spec";

const OWN_NAME: Record<string, string> = { status: "booking_status" };

/** The names by which conditions know the fields of an update. */
export function contextNames(fields: unknown): string[] {
  return flatten(fields).map(([name]) => contextName(name));
}

/** The name by which conditions know one of them. */
export function contextName(name: string): string {
  return OWN_NAME[name] ?? name.replace(/^custom_answers\./, "custom_");
}

/** The fields of an update, each answer on its own. */
export function flatten(fields: unknown): [string, unknown][] {
  if (!isRecord(fields)) return [];
  return Object.entries(fields).flatMap(([name, value]): [string, unknown][] =>
    name === "custom_answers" && isRecord(value)
      ? Object.entries(value).map(([key, answer]) => [`custom_answers.${key}`, answer])
      : [[name, value]],
  );
}
