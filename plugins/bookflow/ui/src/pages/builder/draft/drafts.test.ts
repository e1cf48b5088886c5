import { describe, expect, it } from "vitest";

import {
  begin,
  isChanged,
  joined,
  present,
  redone,
  undone,
  withServerText,
  withSpec,
  withText,
} from "./drafts";

const TEXT = "# mine\nid: a\nname: First\n";
const draft = begin({ version: "1", text: TEXT, spec: { id: "a", name: "First" } });
const named = (name: string) => ({ id: "a", name });

describe("an edit", () => {
  it("keeps comments while forms change", () => {
    const after = withSpec(draft, named("Second"), "name");
    expect(present(after).text).toBe("# mine\nid: a\nname: Second\n");
    expect(present(after).isTyped).toBe(false);
  });
  it("shows typed YAML in the forms", () => {
    const after = withText(draft, "id: a\nname: Typed # here\n");
    expect(present(after)).toMatchObject({ spec: named("Typed"), isTyped: true, problem: null });
  });
  it("keeps the last readable forms while YAML can't be read, and locks them", () => {
    const broken = withText(draft, "id: a\nname: [");
    expect(present(broken).problem?.line).toBe(2);
    expect(present(broken).spec).toEqual(named("First"));
    expect(withSpec(broken, named("Lost"), "name")).toBe(broken);
  });
  it("stays typed after forms change typed text", () => {
    const typed = withText(draft, `${TEXT}# typed\n`);
    const after = present(withSpec(typed, named("Second"), "name"));
    expect(after.isTyped).toBe(true);
    expect(after.text).toContain("# typed");
  });
  it("knows what is not saved", () => {
    expect(isChanged(draft)).toBe(false);
    expect(isChanged(withSpec(draft, named("Second"), "name"))).toBe(true);
    expect(isChanged(withText(draft, `${TEXT}# more\n`))).toBe(true);
    expect(isChanged(undone(withSpec(draft, named("Second"), "name")))).toBe(false);
  });
});

describe("undo", () => {
  it("goes back and on again", () => {
    const two = withSpec(withSpec(draft, named("B"), "name", 0), named("C"), "name", 5_000);
    expect(present(undone(two)).spec).toEqual(named("B"));
    expect(present(undone(undone(undone(two)))).spec).toEqual(named("First"));
    expect(present(redone(undone(two))).spec).toEqual(named("C"));
  });
  it("takes quick typing in one field as one step", () => {
    const typed = ["S", "Se", "Sec"].reduce(
      (at, name, time) => withSpec(at, named(name), "name", time * 100),
      draft,
    );
    expect(present(undone(typed)).spec).toEqual(named("First"));
  });
  it("keeps changes of different fields apart", () => {
    const two = withSpec(withSpec(draft, named("B"), "name", 0), { id: "b", name: "B" }, "id", 10);
    expect(present(undone(two)).spec).toEqual(named("B"));
  });
  it("forgets the future after a new change", () => {
    const again = withSpec(undone(withSpec(draft, named("B"), "name", 0)), named("C"), "name", 10);
    expect(redone(again)).toBe(again);
  });
});

describe("the text of the server", () => {
  const after = withSpec(draft, named("Second"), "name");
  it("replaces that of the browser without a step", () => {
    const exact = withServerText(after, present(after), "# mine\nid: a\nname:   Second\n");
    expect(present(exact).text).toContain("name:   Second");
    expect(exact.steps).toHaveLength(2);
  });
  it("comes too late after another change, and never replaces what was typed", () => {
    const later = withSpec(after, named("Third"), "name");
    expect(withServerText(later, present(after), "x: 1")).toBe(later);
    const typed = withText(draft, "id: b\n");
    expect(withServerText(typed, present(typed), "x: 1")).toBe(typed);
  });
});

describe("what somebody else saved", () => {
  const theirs = {
    version: "2",
    text: "# theirs\nid: a\nname: First\ntrigger: manual\n",
    spec: { id: "a", name: "First", trigger: "manual" },
  };
  const both = { id: "a", name: "Mine", trigger: "manual" };

  it("is what the edit goes on from, in their words", () => {
    const after = joined(withSpec(draft, named("Mine"), "name"), theirs, both);
    expect(after.base.version).toBe("2");
    expect(present(after).text).toBe("# theirs\nid: a\nname: Mine\ntrigger: manual\n");
  });
  it("keeps the remarks that were typed here", () => {
    const typed = withText(draft, "# why\nid: a\nname: Mine\n");
    expect(present(joined(typed, theirs, both)).text).toBe(
      "# why\nid: a\nname: Mine\ntrigger: manual\n",
    );
  });
  it("counts no more when it is undone, so that it can't be overwritten unseen", () => {
    const mine = withSpec(draft, named("Mine"), "name");
    const after = withSpec(joined(mine, theirs, both), { ...both, name: "More" }, "name", 9e12);
    expect(undone(after).base.version).toBe("2");
    expect(undone(undone(after)).base.version).toBe("1");
    expect(redone(undone(undone(after))).base.version).toBe("2");
  });
});
