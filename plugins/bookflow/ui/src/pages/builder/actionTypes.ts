import { Globe, type LucideIcon, Mail, MessageSquare, PencilLine, Play } from "lucide-react";

import { isRecord } from "./draft/spec";

/** A kind of action that can be added. */
export interface ActionType {
  type: string;
  label: string;
  help: string;
  Icon: LucideIcon;
}

const KNOWN: Record<string, Pick<ActionType, "label" | "Icon">> = {
  send_email: { label: "E-mail", Icon: Mail },
  send_sms: { label: "Text message", Icon: MessageSquare },
  webhook: { label: "Webhook", Icon: Globe },
  update_booking: { label: "Booking update", Icon: PencilLine },
};

/** The type of an action in words and as an icon. */
export function typeOf(type: string): ActionType {
  const known = KNOWN[type] ?? { label: type.replaceAll("_", " ") || "Action", Icon: Play };
  return { type, help: "", ...known };
}

/** The kinds of actions that the schema of workflows knows. */
export function typesIn(schema: Record<string, unknown> | undefined): ActionType[] {
  if (!schema) return Object.keys(KNOWN).map(typeOf);
  return Object.keys(mappingIn(schema)).map((type) => {
    const { description } = definitionOf(schema, type);
    return { ...typeOf(type), help: typeof description === "string" ? description : "" };
  });
}

/** The schema of one type of action; empty where it is not known. */
export function definitionOf(
  schema: Record<string, unknown>,
  type: string,
): Record<string, unknown> {
  const reference = mappingIn(schema)[type];
  const name = typeof reference === "string" ? reference.replace("#/$defs/", "") : "";
  const found = isRecord(schema.$defs) ? schema.$defs[name] : undefined;
  return isRecord(found) ? found : {};
}

function mappingIn(schema: Record<string, unknown>): Record<string, unknown> {
  const steps = ["properties", "actions", "items", "discriminator", "mapping"];
  const found = steps.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), schema);
  return isRecord(found) ? found : {};
}
