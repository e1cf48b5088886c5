import { describe, expect, it } from "vitest";

import { compareTexts } from "./compareTexts";

const SIGNS = { same: " ", added: "+", removed: "-", gap: "…" };
const said = (before: string, after: string) =>
  compareTexts(before, after).map(({ kind, text }) => SIGNS[kind] + text);

describe("comparing texts", () => {
  it("says what was removed and added, with lines around it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12";
    const after = before.replace("2\n", "two\n").replace("11\n", "");
    expect(said(before, after)).toEqual([
      " 1",
      "-2",
      "+two",
      " 3",
      " 4",
      " 5",
      "…",
      " 8",
      " 9",
      " 10",
      "-11",
      " 12",
    ]);
  });
  it("says nothing of equal texts", () => {
    expect(said("a\nb", "a\nb")).toEqual([]);
  });
});
