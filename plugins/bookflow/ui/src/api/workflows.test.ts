import { expect, it } from "vitest";

import { EDITOR, VIEWER } from "../pages/dashboard/sampleWorkflow";
import { mayChange, mayStart } from "./workflows";

const OWN = { organizer: "Olive@example.org" };
const OTHER = { organizer: "ana@example.org" };
const NOBODYS = { organizer: null };
const ORGANIZER = { ...EDITOR, own_names: ["u-7", "olive@EXAMPLE.org"] };

it("lets who may run everything start any workflow", () => {
  expect([OWN, OTHER, NOBODYS].map((one) => mayStart(EDITOR, one))).toEqual([true, true, true]);
});

it("lets organizers start their own workflows only, however their address is written", () => {
  expect([OWN, OTHER, NOBODYS].map((one) => mayStart(ORGANIZER, one))).toEqual([
    true,
    false,
    false,
  ]);
});

it("lets nobody start one without the right to run, not even its organizer", () => {
  expect(mayStart(VIEWER, OWN)).toBe(false);
  expect(mayStart({ ...ORGANIZER, may_run: false }, OWN)).toBe(false);
});

it("tells running and changing apart", () => {
  const runner = { ...ORGANIZER, may_edit: false };
  expect([mayStart(runner, OWN), mayChange(runner, OWN)]).toEqual([true, false]);
  const author = { ...ORGANIZER, may_run: false };
  expect([mayStart(author, OWN), mayChange(author, OWN)]).toEqual([false, true]);
});
