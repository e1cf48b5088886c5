import { expect, it } from "vitest";

import { ApiProblem } from "../../api/client";
import type { Template, TemplateParameter } from "../../api/schema";
import { findTemplates } from "./categories";
import { beginFilling, isFilled, requestOf, slugOf, sortErrors } from "./filling";
import { sampleTemplate } from "./sampleTemplate";

const parameter = (name: string, changes: Partial<TemplateParameter> = {}): TemplateParameter => ({
  name,
  type: "text",
  label: name,
  description: "",
  default: null,
  example: null,
  required: false,
  choices: [],
  minimum: null,
  maximum: null,
  ...changes,
});

const template = (...parameters: TemplateParameter[]): Template => sampleTemplate({ parameters });

it.each([
  ["Reminder by e-mail", "reminder-by-e-mail"],
  ["  Überraschung!  ", "uberraschung"],
  ["日本", ""],
  ["a".repeat(70), "a".repeat(64)],
])("makes an id of %s", (name, id) => {
  expect(slugOf(name)).toBe(id);
});

it("begins with the defaults", () => {
  const { values } = beginFilling(
    template(
      parameter("greeting", { default: "Hello" }),
      parameter("most", { type: "number", default: 5 }),
      parameter("tell", { type: "boolean", default: true }),
      parameter("page", { type: "url", required: true }),
    ),
    "olive@example.org",
  );
  expect(values).toEqual({ greeting: "Hello", most: "5", tell: true, page: "" });
});

it("sends values by their types, and leaves out what is empty", () => {
  const one = template(
    parameter("note", { default: "Hi" }),
    parameter("most", { type: "number", default: 5 }),
    parameter("ahead", { type: "duration", default: "24h" }),
    parameter("tell", { type: "boolean", default: true }),
    parameter("extra"),
  );
  const filling = beginFilling(one, "olive@example.org");
  const values = { note: "", most: "7", ahead: "", tell: false, extra: "" };
  expect(requestOf({ ...filling, values }, one.parameters)).toEqual({
    id: "reminder-by-e-mail",
    organizer: "olive@example.org",
    name: "Reminder by e-mail",
    is_active: true,
    // an emptied text stays empty, since its default may be left out on purpose
    parameters: { note: "", most: 7, tell: false },
  });
});

it("knows what is still needed", () => {
  const one = template(parameter("page", { required: true }));
  const filling = beginFilling(one, "olive@example.org");
  expect(isFilled(filling, one.parameters)).toBe(false);
  const values = { page: "https://example.com" };
  expect(isFilled({ ...filling, values }, one.parameters)).toBe(true);
  expect(isFilled({ ...filling, values, organizer: " " }, one.parameters)).toBe(false);
});

it("puts what is wrong beside its field", () => {
  const refused = new ApiProblem(422, {
    detail: "two things",
    errors: [{ field: "parameters.page", message: "must begin with https" }],
    issues: [{ key: "name", message: "is taken" }] as never,
  });
  expect(sortErrors(refused, ["page", "name", "id"])).toEqual({
    page: "must begin with https",
    name: "is taken",
  });
  const taken = new ApiProblem(409, { detail: "there is a workflow `x` already" });
  expect(sortErrors(taken, ["id"])).toEqual({ id: "there is a workflow `x` already" });
  const other = new ApiProblem(503, { detail: "The folder is locked." });
  expect(sortErrors(other, ["id"])).toEqual({ rest: "The folder is locked." });
  expect(sortErrors(null, ["id"])).toEqual({});
});

it("finds templates by words and category", () => {
  const all = [
    sampleTemplate(),
    sampleTemplate({ id: "crm", name: "CRM", description: "Webhook", category: "booking" }),
  ];
  expect(findTemplates(all, "EVERYBODY remind", null).map(({ id }) => id)).toEqual(["reminder"]);
  expect(findTemplates(all, "", "booking").map(({ id }) => id)).toEqual(["crm"]);
  expect(findTemplates(all, "crm", "reminder")).toEqual([]);
});
