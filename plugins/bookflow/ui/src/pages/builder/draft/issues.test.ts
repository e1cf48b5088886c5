import { expect, it } from "vitest";

import { actionOf, fixed, issuesUnder, pathOf } from "./issues";

const issue = (key: string, message: string, suggestion: string | null, code = "template") => ({
  file: "a.yaml",
  line: 1,
  column: 1,
  key,
  message,
  suggestion,
  code,
});
const SPEC = {
  triger: "booking_created",
  event_types: ["intro-cal"],
  actions: [{ name: "a", message: "Hi {{ invitee_mail }} {{ invitee_mails }}" }],
};

it("reads keys in both forms", () => {
  expect(pathOf("actions[0].conditions[1].field")).toEqual([
    "actions",
    0,
    "conditions",
    1,
    "field",
  ]);
  expect(pathOf("actions.0.subject")).toEqual(["actions", 0, "subject"]);
});

it("finds issues below a key, and the action they belong to", () => {
  const found = [issue("actions[0].message", "", null), issue("actions[1].message", "", null)];
  expect(issuesUnder(found, "actions[1]")).toEqual([found[1]]);
  expect(found.map(actionOf)).toEqual([0, 1]);
  expect(actionOf(issue("name", "", null))).toBeNull();
});

it("takes a suggestion for a word of a text, and no other word", () => {
  const found = issue("actions[0].message", "`invitee_mail` is not a field", "invitee_email");
  expect(fixed(SPEC, found)).toMatchObject({
    actions: [{ message: "Hi {{ invitee_email }} {{ invitee_mails }}" }],
  });
});

it("takes a suggestion for a key in its place", () => {
  const found = issue("triger", "`triger` is not a key of a workflow", "trigger", "unknown-key");
  expect(Object.keys(fixed(SPEC, found) ?? {})).toEqual(["trigger", "event_types", "actions"]);
});

it("takes a suggestion for one of a list", () => {
  const found = issue("event_types", "`intro-cal` is not an event type", "intro-call");
  expect(fixed(SPEC, found)).toMatchObject({ event_types: ["intro-call"] });
});

it.each([
  ["without a suggestion", issue("triger", "`triger`", null)],
  ["where the word is gone", issue("actions[0].message", "`gone`", "here")],
  ["where the place is gone", issue("actions[7].message", "`gone`", "here")],
])("fixes nothing %s", (_, found) => {
  expect(fixed(SPEC, found)).toBeNull();
});
