import { describe, expect, it } from "vitest";

import { formOf } from "./formSchema";

const nullable = (schema: object) => ({ anyOf: [schema, { type: "null" }], default: null });
const ROOT = {
  properties: {
    actions: {
      items: { discriminator: { mapping: { send_sms: "#/$defs/Sms", own: "#/$defs/Own" } } },
    },
  },
  $defs: {
    Sms: {
      required: ["name", "type", "recipient", "message"],
      properties: {
        conditions: { type: "array", items: { $ref: "#/$defs/Group" }, default: [] },
        name: { type: "string" },
        type: { const: "send_sms" },
        order: nullable({ type: "integer" }),
        is_active: { type: "boolean", default: true },
        retries: { type: "integer", default: 4, description: "How many." },
        recipient: { enum: ["invitee", "custom"], description: "`custom` needs more." },
        custom_phone: nullable({ type: "string", maxLength: 20 }),
        message: { type: "string" },
      },
    },
    Own: { properties: { name: {}, how_often: { type: "integer" } } },
  },
};

describe("the form of an action", () => {
  it("has only what fits: to whom, whether at all, then what", () => {
    const form = formOf(ROOT, { type: "send_sms", recipient: "invitee" });
    expect(form?.uiSchema["ui:order"]).toEqual([
      "name",
      "recipient",
      "conditions",
      "message",
      "retries",
    ]);
    expect(form?.schema.required).toEqual(["name", "recipient", "message"]);
  });
  it("asks for a number where somebody else gets it", () => {
    const form = formOf(ROOT, { type: "send_sms", recipient: "custom" });
    expect(form?.schema.required).toContain("custom_phone");
    expect(form?.schema.properties?.custom_phone).toEqual({
      type: "string",
      maxLength: 20,
      title: "Phone number",
      description: "A number with country code, or a template for it.",
    });
  });
  it("keeps a number that is there although it does not fit, so that it can be removed", () => {
    const form = formOf(ROOT, { type: "send_sms", recipient: "invitee", custom_phone: "+1" });
    expect(form?.schema.properties).toHaveProperty("custom_phone");
  });
  it("says choices and defaults in words, and fills nothing in", () => {
    const form = formOf(ROOT, { type: "send_sms" });
    const { recipient, retries } = form?.schema.properties ?? {};
    expect(recipient).toMatchObject({
      oneOf: [{ title: "The invitee" }, { title: "Somebody else" }],
    });
    expect(retries).toMatchObject({ description: "How many. Without it: 4." });
    expect(retries).not.toHaveProperty("default");
  });
  it("shows types of action that the page never heard of", () => {
    const form = formOf(ROOT, { type: "own" });
    expect(form?.schema.properties?.how_often).toMatchObject({
      title: "How often",
      type: "integer",
    });
    expect(formOf(ROOT, { type: "gone" })).toBeNull();
  });
});
