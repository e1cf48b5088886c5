import { describe, expect, it } from "vitest";

import { mergeSpecs } from "./merging";

const mail = { name: "Mail", type: "send_email", recipient: "invitee", message: "Hi" };
const text = { name: "Text", type: "send_sms", recipient: "invitee", message: "Soon" };
const hook = { name: "Hook", type: "webhook", webhook_conn_id: "crm" };
const base = { id: "w", name: "W", trigger: "booking_created", actions: [mail, text] };
const merge = (mine: object, theirs: object, decisions = {}) =>
  mergeSpecs(base, { ...base, ...mine }, { ...base, ...theirs }, decisions);
const names = ({ spec }: { spec: Record<string, unknown> }) =>
  (spec.actions as { name: string }[]).map(({ name }) => name);

describe("what only one changed", () => {
  it("is kept of both", () => {
    const { spec, clashes } = merge(
      { name: "Mine" },
      { trigger: "booking_cancelled", tags: ["a"] },
    );
    expect(spec).toEqual({ ...base, name: "Mine", trigger: "booking_cancelled", tags: ["a"] });
    expect(clashes).toEqual([]);
  });

  it("is kept within the same action", () => {
    const mine = { actions: [{ ...mail, subject: "S" }, text] };
    const theirs = { actions: [{ ...mail, message: "Hello" }, text] };
    const { spec, clashes } = merge(mine, theirs);
    expect(spec.actions).toEqual([{ ...mail, subject: "S", message: "Hello" }, text]);
    expect(clashes).toEqual([]);
  });

  it("is kept where keys were taken out", () => {
    const before = { ...base, description: "D", tags: ["a"] };
    const { description, ...mine } = before;
    const { tags, ...theirs } = before;
    expect([description, tags]).toEqual(["D", ["a"]]);
    expect(mergeSpecs(before, mine, theirs, {}).spec).toEqual(base);
  });

  it("is kept of actions that were added, each after the one it came after", () => {
    const mine = { actions: [{ ...hook, name: "First" }, mail, text] };
    const theirs = { actions: [mail, hook, text] };
    expect(names(merge(mine, theirs))).toEqual(["First", "Mail", "Hook", "Text"]);
  });

  it("is kept of a new order and of an action that was removed", () => {
    const before = { ...base, actions: [mail, text, hook] };
    const mine = { ...base, actions: [hook, mail, text] };
    const theirs = { ...base, actions: [mail, hook] };
    const merged = mergeSpecs(before, mine, theirs, {});
    expect(names(merged)).toEqual(["Hook", "Mail"]);
    expect(merged.clashes).toEqual([]);
  });

  it("is kept of an action that has another name now", () => {
    const mine = { actions: [{ ...mail, name: "Welcome" }, text] };
    const theirs = { actions: [{ ...mail, message: "Hello" }, text] };
    const { spec, clashes } = merge(mine, theirs);
    expect(spec.actions).toEqual([{ ...mail, name: "Welcome", message: "Hello" }, text]);
    expect(clashes).toEqual([]);
  });
});

describe("what both changed", () => {
  const mine = { name: "Mine", actions: [{ ...mail, message: "Mine" }, text] };
  const theirs = { name: "Theirs", actions: [{ ...mail, message: "Theirs" }, text] };

  it("is asked for, and only that", () => {
    const { clashes } = merge(mine, { ...theirs, tags: ["a"] });
    expect(clashes.map(({ id }) => id)).toEqual(["name", "actions / Mail / message"]);
    expect(clashes[1]).toMatchObject({ mine: "Mine", theirs: "Theirs" });
  });

  it("is taken from whom people choose", () => {
    const { spec } = merge(mine, theirs, { name: "theirs", "actions / Mail / message": "mine" });
    expect(spec).toMatchObject({ name: "Theirs", actions: [{ message: "Mine" }, text] });
  });

  it("is no clash where both did the same", () => {
    expect(merge({ name: "Same" }, { name: "Same" }).clashes).toEqual([]);
  });

  it("is a clash where one removed what the other changed", () => {
    const { spec, clashes } = merge({ actions: [text] }, theirs, { "actions / Mail": "mine" });
    expect(clashes.map(({ id }) => id)).toEqual(["actions / Mail"]);
    expect(spec.actions).toEqual([text]);
  });

  it("is a clash where both made another order", () => {
    const before = { ...base, actions: [mail, text, hook] };
    const one = { ...base, actions: [hook, mail, text] };
    const two = { ...base, actions: [text, mail, hook] };
    const { clashes } = mergeSpecs(before, one, two, {});
    expect(clashes.map(({ id }) => id)).toEqual(["actions / order of the actions"]);
    const decided = mergeSpecs(before, one, two, { "actions / order of the actions": "mine" });
    expect(names(decided)).toEqual(["Hook", "Mail", "Text"]);
  });

  it("is asked for as a whole where actions can't be told apart", () => {
    const { clashes } = merge({ actions: [mail, mail] }, { actions: [text] });
    expect(clashes.map(({ id }) => id)).toEqual(["actions"]);
  });
});
