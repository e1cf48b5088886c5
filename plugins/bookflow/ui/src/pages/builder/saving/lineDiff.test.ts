import { describe, expect, it } from "vitest";

import { lineDiff, readDiff } from "./lineDiff";

const said = (lines: ReturnType<typeof lineDiff>) => lines.map(({ sign, text }) => sign + text);

describe("comparing texts", () => {
  it("says what was removed and added, with lines around it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12";
    const after = before.replace("2\n", "two\n").replace("11\n", "");
    expect(said(lineDiff(before, after))).toEqual([
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
    expect(lineDiff("a\nb", "a\nb")).toEqual([]);
  });
});

it("reads the diff of the server", () => {
  const diff =
    "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1,2 @@\n id: a\n-name: A\n+name: B\n@@ -9 +9 @@\n+- x\n";
  expect(said(readDiff(diff))).toEqual([" id: a", "-name: A", "+name: B", "…", "+- x"]);
});
