import type { RJSFSchema, UiSchema } from "@rjsf/utils";

import { definitionOf } from "../actionTypes";
import { type Action, isRecord } from "../draft/spec";

const LABELS: Record<string, string> = {
  name: "Name",
  recipient: "Send to",
  custom_email: "E-mail address",
  custom_phone: "Phone number",
  subject: "Subject",
  message: "Message",
  html: "HTML version",
  webhook_url: "URL",
  webhook_conn_id: "Airflow connection instead of a URL",
  secret_conn_id: "Airflow connection that signs",
  webhook_data: "Data to send along",
  headers: "Further headers",
  update_booking_fields: "New values",
  conditions: "Only if",
  retries: "Further attempts",
  ignore_quiet_hours: "Send also in quiet hours",
};
/** In the words of the form, where the schema speaks of keys. */
const HELP: Record<string, string> = {
  recipient: "",
  custom_email: "An address, or a template for it such as {{ organizer_email }}.",
  custom_phone: "A number with country code, or a template for it.",
  webhook_url: "Path and query may hold templates. Credentials belong into a connection.",
  webhook_conn_id: "Name of the connection that holds host and credentials.",
  secret_conn_id: "Its password signs the request (Standard Webhooks).",
  update_booking_fields: "Texts may hold templates.",
  conditions: "",
  ignore_quiet_hours: "Also while the workflow's quiet hours hold others back.",
};
const CHOICES: Record<string, string> = {
  invitee: "The invitee",
  organizer: "The organizer",
  both: "The invitee and the organizer",
  custom: "Somebody else",
};
/** Keys that have a widget of their own, by its name. */
const FIELDS: Record<string, string> = {
  subject: "message",
  message: "message",
  html: "message",
  webhook_data: "data",
  headers: "pairs",
  update_booking_fields: "bookingValues",
  conditions: "conditions",
};
/** Said and changed elsewhere: by the flow, and by the buttons above the form. */
const ELSEWHERE = new Set(["type", "order", "is_active"]);
/** To whom, and whether at all, before what. */
const FIRST = ["name", "recipient", "custom_email", "custom_phone", "conditions"];
const LAST = ["retries", "ignore_quiet_hours"];

/** What the form calls a key of an action. */
export function labelOf(name: string): string {
  return LABELS[name] ?? name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

/** The form of an action: its type's schema with only what fits, in an order that makes sense. */
export function formOf(
  root: Record<string, unknown>,
  action: Action,
): { schema: RJSFSchema; uiSchema: UiSchema } | null {
  const definition = definitionOf(root, typeof action.type === "string" ? action.type : "");
  if (!isRecord(definition.properties)) return null;
  const names = Object.keys(definition.properties).filter((name) => isShown(name, action));
  const properties: Record<string, RJSFSchema> = {};
  for (const name of names) properties[name] = plain(name, definition.properties[name]);
  const required = Array.isArray(definition.required) ? definition.required.map(String) : [];
  const wanted = action.recipient === "custom" ? [...required, ...CUSTOM] : required;
  const schema: RJSFSchema = {
    type: "object",
    properties,
    required: wanted.filter((name) => names.includes(name)),
    $defs: isRecord(root.$defs) ? (root.$defs as RJSFSchema["$defs"]) : {},
  };
  return { schema, uiSchema: uiOf(names) };
}

const CUSTOM = ["custom_email", "custom_phone"];

function isShown(name: string, action: Action): boolean {
  if (ELSEWHERE.has(name)) return false;
  return !CUSTOM.includes(name) || action.recipient === "custom" || action[name] != null;
}

function uiOf(names: string[]): UiSchema {
  const first = FIRST.filter((name) => names.includes(name));
  const last = LAST.filter((name) => names.includes(name));
  const between = names.filter((name) => !first.includes(name) && !last.includes(name));
  const ui: UiSchema = {
    "ui:order": [...first, ...between, ...last],
    "ui:submitButtonOptions": { norender: true },
  };
  for (const name of names) {
    const field = FIELDS[name];
    ui[name] = field ? { "ui:field": field } : {};
  }
  return ui;
}

/** One key without null, default and what its own widget does not need. */
function plain(name: string, given: unknown): RJSFSchema {
  const { default: otherwise, ...schema } = isRecord(given) ? given : {};
  const options = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isRecord) : [];
  const real = options.filter(({ type }) => type !== "null");
  const only = real.length === 1 ? real[0] : undefined;
  const { anyOf, ...rest } = schema;
  const merged: Record<string, unknown> = only
    ? { ...rest, ...only }
    : { ...rest, ...(anyOf ? { anyOf: real } : {}) };
  const title = labelOf(name);
  const description = HELP[name] ?? describe(merged.description, otherwise);
  if (name in FIELDS) return { title, description };
  if (Array.isArray(merged.enum)) {
    const { enum: values, ...others } = merged;
    const oneOf = (values as unknown[]).map((value) => ({
      const: value,
      title: CHOICES[String(value)] ?? String(value).replaceAll("_", " "),
    }));
    return { ...others, oneOf, title, description } as RJSFSchema;
  }
  return { ...merged, title, description };
}

function describe(description: unknown, otherwise: unknown): string {
  const text = typeof description === "string" ? description.replaceAll("`", "") : "";
  return typeof otherwise === "number" ? `${text} Without it: ${String(otherwise)}.` : text;
}
