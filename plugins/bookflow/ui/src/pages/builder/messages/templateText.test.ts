import { expect, it } from "vitest";

import { fillRoughly, insertAt, mend, placeAt, readPieces } from "./templateText";

const WORDS = {
  domain: "booking",
  fields: [
    { name: "invitee_name", type: "text", description: "", example: "Ada Sample", choices: [] },
    { name: "duration", type: "number", description: "", example: 45, choices: [] },
  ],
  operators: {},
  open_prefixes: ["custom_"],
  updatable_fields: {},
  triggers: [],
};

it.each([
  "",
  "plain",
  "Hi {{ a }}{% if b %}x{% endif %}{# why #}.",
  "half {{ a",
  "} {{ }} {",
  "{{ a\n|date }} b",
])("takes %j apart without loss", (template) => {
  expect(
    readPieces(template)
      .map(({ text }) => text)
      .join(""),
  ).toBe(template);
});

it("tells values from statements", () => {
  expect(readPieces("Hi {{ a }}{% if b %}").map(({ kind }) => kind)).toEqual([
    "text",
    "value",
    "statement",
  ]);
});

it.each([
  ["Hello |!", "Hello {{ x }}|!"],
  ["Hello {{|", "Hello {{ x }}|"],
  ["Hello {{ inv|", "Hello {{ x }}|"],
  ["Hello {{ inv|itee }}!", "Hello {{ x }}|!"],
  ["Hello {{ a }}|", "Hello {{ a }}{{ x }}|"],
  ["{{ a }} {{ b|", "{{ a }} {{ x }}|"],
])("inserts into %j", (before, after) => {
  const caret = before.indexOf("|");
  const text = before.replace("|", "");
  const done = insertAt(text, placeAt(text, caret, caret), "{{ x }}");
  expect(`${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`).toBe(after);
});

it("replaces a selection", () => {
  expect(insertAt("Hello you", placeAt("Hello you", 6, 9), "{{ x }}").text).toBe("Hello {{ x }}");
});

it("knows what was typed of a name", () => {
  expect(placeAt("{{ invi", 7, 7).typed).toBe("invi");
});

it("fills in examples to judge the length", () => {
  const template = "{% if a %}Hi {{ invitee_name|upper }}{% endif %}, {{ duration }} {{ who }}";
  expect(fillRoughly(template, WORDS)).toBe("Hi Ada Sample, 45 someone");
});

it("mends a misspelt name", () => {
  const message = "`invitee_nam` is not a field; did you mean `invitee_name`?";
  expect(mend("Hi {{ invitee_nam }}", message, "invitee_name")).toBe("Hi {{ invitee_name }}");
  expect(mend("Hi", message, "invitee_name")).toBeUndefined();
});
