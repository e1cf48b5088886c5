import { ApiProblem } from "../../api/client";
import type { Template, TemplateParameter, TemplateRequest } from "../../api/schema";

/** What was filled in so far; values as the controls hold them. */
export interface Filling {
  id: string;
  /** Whether the id was typed; until then it follows the name. */
  isOwnId: boolean;
  name: string;
  organizer: string;
  isActive: boolean;
  values: Record<string, string | boolean>;
}

const ID_LENGTH = 64;

/** Makes an id of a name: small letters, digits and hyphens. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, ID_LENGTH)
    .replace(/^-|-$/g, "");
}

/** What stands in the form at first: the defaults of the template. */
export function beginFilling(template: Template, organizer: string): Filling {
  return {
    id: slugOf(template.name),
    isOwnId: false,
    name: template.name,
    organizer,
    isActive: true,
    values: Object.fromEntries(
      template.parameters.map((parameter) => [parameter.name, firstValue(parameter)]),
    ),
  };
}

function firstValue({ type, default: preset }: TemplateParameter): string | boolean {
  if (type === "boolean") return preset === true;
  return typeof preset === "string" || typeof preset === "number" ? String(preset) : "";
}

/** What is sent to the API; an empty field that has a default or may be absent is left out. */
export function requestOf(filling: Filling, parameters: TemplateParameter[]): TemplateRequest {
  const values: Record<string, unknown> = {};
  for (const { name, type, default: preset } of parameters) {
    const value = filling.values[name];
    if (value === undefined) continue;
    if (typeof value === "boolean") values[name] = value;
    else if (value === "" && (type !== "text" || preset === null)) continue;
    else values[name] = type === "number" ? Number(value) : value;
  }
  return {
    id: filling.id.trim(),
    organizer: filling.organizer.trim(),
    name: filling.name.trim() || null,
    is_active: filling.isActive,
    parameters: values,
  };
}

/** Whether all that must be given is there, so that it is worth asking the API. */
export function isFilled(filling: Filling, parameters: TemplateParameter[]): boolean {
  const head = [filling.id, filling.name, filling.organizer];
  return (
    head.every((text) => text.trim() !== "") &&
    parameters.every(({ name, required }) => !required || filling.values[name] !== "")
  );
}

const TAKEN = 409;

/** What is wrong, by field: `id`, `name`, `organizer` or the name of a parameter; else `rest`. */
export function sortErrors(problem: Error | null, fields: string[]): Record<string, string> {
  if (!problem) return {};
  const found: Record<string, string> = {};
  if (problem instanceof ApiProblem) {
    const errors = (problem.said.errors ?? []) as { field: string; message: string }[];
    const issues = problem.issues.map(({ key, message }) => ({ field: key, message }));
    for (const { field, message } of [...errors, ...issues]) {
      const name = field.replace(/^parameters\./, "");
      if (fields.includes(name)) found[name] ??= message;
    }
    if (problem.status === TAKEN && problem.message.includes("already")) {
      found.id ??= problem.message;
    }
  }
  return Object.keys(found).length ? found : { rest: problem.message };
}
