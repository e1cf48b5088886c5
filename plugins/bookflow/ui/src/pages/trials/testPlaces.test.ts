import { expect, it } from "vitest";

import { placesOf, sayPlaces } from "./testPlaces";

const account = (email: string | null, test_recipients: string[]) =>
  placesOf({
    name: "olive",
    may_edit: true,
    may_run: true,
    is_admin: false,
    own_names: null,
    has_history: true,
    email,
    test_recipients,
  });

it("sorts what is allowed by what it is for", () => {
  const { email, sms, webhook } = account("olive@example.org", [
    "@example.com",
    "qa@example.org",
    "+12025550123",
    "https://hooks.example.com/…",
    "hooks.example.net",
    "https://hooks.example.org",
  ]);
  expect(email.exact).toEqual(["olive@example.org", "qa@example.org"]);
  expect(email.partial).toEqual(["any address at example.com"]);
  expect(sms.exact).toEqual(["+12025550123"]);
  expect(webhook.exact).toEqual(["https://hooks.example.org"]);
  expect(sayPlaces(webhook)).toContain("hooks.example.net");
});

it("goes by itself to the mailbox of who tests, and to the first number", () => {
  const { email, sms } = account("olive@example.org", ["a@example.org", "+12025550123"]);
  expect([email.otherwise, sms.otherwise]).toEqual(["olive@example.org", "+12025550123"]);
});

it("goes by itself to the first allowed mailbox where Airflow knows none of who tests", () => {
  expect(account(null, ["@example.com", "a@example.org"]).email.otherwise).toBe("a@example.org");
});

it("goes nowhere by itself where nothing is known or allowed", () => {
  const { email, sms, webhook } = account(null, []);
  expect([email, sms, webhook].map(({ otherwise }) => otherwise)).toEqual([null, null, null]);
  expect(sayPlaces(sms)).toBe("");
});
