import { describe, expect, it } from "vitest";

import { type Spec, withKey } from "./spec";
import { findInText, readYaml, writeYaml } from "./yamlText";

const TEXT = `# VIPs wait for nothing.
id: vip
name: VIP treatment # shown in lists
event_types: [vip-session]

actions:
  # The organizer first.
  - name: Mail
    type: send_email
    message: |
      Hello,
      you.
  # Then the phone.
  - name: Text
    type: send_sms
    # short, please
    message: "VIP: {{ invitee_name }}"
`;

const edited = (change: (spec: Spec & { actions: Spec[] }) => Spec, text = TEXT): string => {
  const { spec } = readYaml(text);
  if (!spec) throw new Error("not readable");
  return writeYaml(text, spec, change(spec as Spec & { actions: Spec[] }));
};
const [mail, sms] = (readYaml(TEXT).spec?.actions ?? []) as [Spec, Spec];

describe("writing into a text", () => {
  it("leaves everything where nothing changes", () => {
    expect(edited((spec) => ({ ...spec }))).toBe(TEXT);
  });
  it("changes one line, and keeps the comment beside it", () => {
    expect(edited((spec) => ({ ...spec, name: "Other" }))).toBe(
      TEXT.replace("VIP treatment", "Other"),
    );
  });
  it("changes a text of several lines in its style", () => {
    const text = edited((spec) => ({ ...spec, actions: [{ ...mail, message: "Hi\nyou\n" }, sms] }));
    expect(text).toBe(TEXT.replace("Hello,\n      you.", "Hi\n      you"));
  });
  it("takes the comments of actions along when these change places", () => {
    const text = edited((spec) => ({ ...spec, actions: [sms, mail] }));
    expect(text.indexOf("# short, please")).toBeLessThan(text.indexOf("name: Mail"));
    expect(text).toContain("# Then the phone.\n  - name: Text");
    expect(readYaml(text).spec?.actions).toEqual([sms, mail]);
  });
  it("keeps comments within an action that gets another name", () => {
    const text = edited((spec) => ({ ...spec, actions: [mail, { ...sms, name: "SMS" }] }));
    expect(text).toBe(TEXT.replace("name: Text", "name: SMS"));
  });
  it("adds and removes keys and actions", () => {
    const text = edited((spec) => ({
      ...withKey(spec, "event_types", undefined),
      delay_minutes: "24h",
      actions: [mail, { name: "New", type: "webhook" }],
    }));
    const { spec } = readYaml(text);
    expect(spec).toEqual({
      id: "vip",
      name: "VIP treatment",
      delay_minutes: "24h",
      actions: [mail, { name: "New", type: "webhook" }],
    });
    expect(text).toContain("# VIPs wait for nothing.");
  });
  it("renames a key in its place", () => {
    expect(edited(({ name, ...spec }) => ({ ...spec, title: name }))).toBe(
      TEXT.replace("name: VIP", "title: VIP"),
    );
  });
  it("writes a workflow that had no text yet", () => {
    const spec = { id: "a", actions: [{ name: "b" }] };
    expect(readYaml(writeYaml("", {}, spec)).spec).toEqual(spec);
  });
});

describe("reading", () => {
  it("says where a text is no YAML", () => {
    expect(readYaml("id: a\nname: [").problem).toMatchObject({ line: 2 });
  });
  it.each(["", "- a", "just words", "actions: [a]", "actions: {}", "a: *b"])(
    "shows no forms for %j",
    (text) => {
      expect(readYaml(text)).toMatchObject({ spec: null });
    },
  );
});

describe("places", () => {
  it("finds a value, or the nearest part of its path", () => {
    const cut = (path: (string | number)[]) => TEXT.slice(...(findInText(TEXT, path) ?? [0, 0]));
    expect(cut(["actions", 1, "name"])).toBe("Text");
    expect(cut(["event_types", 5])).toBe("[vip-session]");
    expect(findInText(TEXT, ["nothing"])).toBeNull();
  });
});
