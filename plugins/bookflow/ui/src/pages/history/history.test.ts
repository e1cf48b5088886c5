import { expect, it } from "vitest";

import type { WorkflowVersion } from "../../api/schema";
import { inOrder } from "./Comparison";
import { countChanges, parseDiff } from "../../diff/diffLines";
import { describeChange, versionBefore } from "./versionNames";

const DIFF = `--- a/hello.yaml
+++ b/hello.yaml
@@ -1,2 +1,3 @@
 id: hello
-name: Hello
+name: Hello there
+  --- not a file
@@ -9 +10 @@
-- last: item
`;

const version = (commit: string, changes: Partial<WorkflowVersion> = {}): WorkflowVersion => ({
  commit,
  version: "1",
  author: "olive",
  at: "2026-03-01T14:30:00Z",
  message: "hello: change name",
  is_current: false,
  is_deleted: false,
  ...changes,
});

it("takes a difference apart, without the names of files", () => {
  expect(parseDiff(DIFF)).toEqual([
    { kind: "same", text: "id: hello" },
    { kind: "removed", text: "name: Hello" },
    { kind: "added", text: "name: Hello there" },
    { kind: "added", text: "  --- not a file" },
    { kind: "gap", text: "" },
    { kind: "removed", text: "- last: item" },
  ]);
  expect(parseDiff("")).toEqual([]);
});

it("says how much changed", () => {
  expect(countChanges(parseDiff(DIFF))).toBe("2 lines added, 2 removed");
});

it("passes over what was deleted in between", () => {
  const versions = [version("c"), version("b", { is_deleted: true }), version("a")];
  expect(versionBefore(versions, version("c"))?.commit).toBe("a");
  expect(versionBefore(versions, version("a"))).toBeUndefined();
});

it("compares the older with the newer, whichever way round they were chosen", () => {
  const versions = [version("new"), version("old")];
  expect(inOrder(versions, "new", "old")).toEqual({ from: "old", to: "new" });
  expect(inOrder(versions, "old", "new")).toEqual({ from: "old", to: "new" });
  expect(inOrder(versions, "old", null)).toEqual({ from: "old", to: null });
});

it("says what a version changed without the id of its workflow", () => {
  expect(describeChange("hello", version("a"))).toBe("Change name");
  expect(describeChange("other", version("a"))).toBe("Hello: change name");
});
