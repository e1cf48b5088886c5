import { expect, it } from "vitest";

import { inZone, previewSpec } from "./previewSpec";
import { contextNames, flatten } from "./updateFields";

const ACTION = {
  name: "A",
  type: "send_email",
  recipient: "custom",
  custom_email: "a@example.org",
};
const SPEC = { id: "ok", name: "W", organizer: "o", trigger: "booking_created" };

it("previews an action alone, so that faults elsewhere do not matter", () => {
  const spec = { ...SPEC, actions: [{ name: "broken" }, ACTION] };
  expect(previewSpec(spec, "A")?.actions).toEqual([{ ...ACTION, is_active: true }]);
  expect(previewSpec(spec, "none")).toBeUndefined();
});

it("fills in what a new workflow lacks", () => {
  expect(previewSpec({ id: "Not A Slug", actions: [ACTION] }, "A")).toMatchObject({
    id: "draft",
    name: "Draft",
    organizer: "organizer",
    trigger: "manual",
  });
});

it("is tried under another id where the workflow is not made yet", () => {
  const spec = { ...SPEC, actions: [ACTION] };
  expect(previewSpec(spec, "A", { id: "draft" })).toMatchObject({ id: "draft", name: "W" });
});

it("writes to both sides on request, and drops the address of a third", () => {
  const [action] = previewSpec({ ...SPEC, actions: [ACTION] }, "A", { audience: "both" })
    ?.actions as object[];
  expect(action).toEqual({ name: "A", type: "send_email", recipient: "both", is_active: true });
});

it("asks for the status where content is wanted whatever the conditions say", () => {
  const action = { ...ACTION, conditions: [{ rules: [{ field: "x", operator: "is_empty" }] }] };
  expect(previewSpec({ ...SPEC, actions: [action] }, "A", { isForced: true })).toMatchObject({
    actions: [{ conditions: [{ rules: [{ field: "booking_status" }] }] }],
  });
});

it("moves a booking to another zone", () => {
  const booking = { id: "b", invitee: { name: "Ada" }, attendees: [{ email: "a@example.org" }] };
  expect(inZone(booking, "Asia/Tokyo")).toEqual({
    id: "b",
    invitee: { name: "Ada", timezone: "Asia/Tokyo" },
    attendees: [{ email: "a@example.org", timezone: "Asia/Tokyo" }],
  });
});

it("names the fields of an update as conditions do", () => {
  const fields = { status: "confirmed", custom_answers: { vip: "yes" } };
  expect(flatten(fields)).toEqual([
    ["status", "confirmed"],
    ["custom_answers.vip", "yes"],
  ]);
  expect(contextNames(fields)).toEqual(["booking_status", "custom_vip"]);
});
