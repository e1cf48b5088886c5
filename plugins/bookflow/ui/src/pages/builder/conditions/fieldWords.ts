import type { ContextField } from "../../../api/schema";

const GROUPS: [RegExp, string][] = [
  [/^(custom_)/, "Answers to questions"],
  [/^(invitee_|has_phone)/, "Invitee"],
  [/^event_type_/, "Event type"],
  [/^organizer_/, "Organizer"],
  [/^(booking_(hour|day|date|created)|is_|start_time|end_time|duration)/, "Time"],
];

/** Where a field belongs, for lists. */
export function groupOf(name: string): string {
  return GROUPS.find(([pattern]) => pattern.test(name))?.[1] ?? "Booking";
}

/** A field for people: "invitee domain", "answer: budget". */
export function sayField(name: string): string {
  return name.replace(/^custom_/, "answer: ").replaceAll("_", " ");
}

/** Its example as text; empty where there is none. */
export function exampleOf(field: ContextField): string {
  const { example } = field;
  if (example === null || example === undefined) return "";
  return typeof example === "string" ? example : JSON.stringify(example);
}
