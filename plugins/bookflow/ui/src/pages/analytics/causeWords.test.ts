import { expect, it } from "vitest";

import { codeOf, spellCause, spellReason } from "./causeWords";

it.each([
  ["no-email", "There is no e-mail address to send to"],
  ["http-503", "The server answered 503"],
  ["smtp-421", "The mail server answered 421"],
  ["cancelled", "The booking was cancelled"],
  ["condition: is_weekend equals true", "Condition not met: is weekend equals true"],
  ["condition: not (has_phone equals true)", "Condition not met: not (has phone equals true)"],
  ["something-new", "something-new"],
])("says %s in words", (cause, words) => {
  expect(spellCause(cause)).toBe(words);
});

it("keeps the values of a condition as they were written", () => {
  expect(spellCause("condition: invitee_domain in_list big_corp.example.com")).toContain(
    "big_corp.example.com",
  );
});

it("names the code only where the words hide it", () => {
  expect(codeOf("no-email")).toBe("no-email");
  expect(codeOf("something-new")).toBeUndefined();
});

it("puts causes within reasons into words, and leaves other reasons alone", () => {
  const message = "4 times `Tell the CRM` failed: http-503";
  expect(spellReason({ code: "cause", message })).toBe(
    "“Tell the CRM” failed 4 times: The server answered 503",
  );
  expect(spellReason({ code: "failures", message: "6 of 116 failed" })).toBe("6 of 116 failed");
});
