import { expect, it } from "vitest";

import type { ExecutionList, ExecutionSummary } from "../../api/schema";
import { countNew, freshenRows, mergeNewest } from "./liveRows";

const row = (id: string, status = "completed") => ({ id, status }) as ExecutionSummary;
const page = (ids: string, next_cursor: string | null = "next"): ExecutionList => ({
  executions: [...ids].map((id) => row(id)),
  next_cursor,
});
const ids = (pages: ExecutionList[]) =>
  pages.map(({ executions }) => executions.map(({ id }) => id).join("")).join("|");

it("counts what came above the first row that is shown", () => {
  expect(countNew(page("cde").executions, page("abcd"))).toBe(2);
  expect(countNew(page("abc").executions, page("abc"))).toBe(0);
  expect(countNew(page("abc").executions, undefined)).toBe(0);
});

it("does not take for new what moved up from further down", () => {
  // b no longer fits the filter, so that d came onto the newest page
  expect(countNew(page("abc").executions, page("acd"))).toBe(0);
});

it("shows each row as it is now", () => {
  const shown = freshenRows([row("a", "pending"), row("z")], page("a"));
  expect(shown.map(({ status }) => status)).toEqual(["completed", "completed"]);
});

it("puts what is new in front and keeps the pages below", () => {
  const merged = mergeNewest([page("cdef", "p2"), page("ghij", "p3")], page("abcd", "n"));
  expect(ids(merged)).toBe("abcdef|ghij");
  expect(merged[0]?.next_cursor).toBe("p2");
});

it("drops what no longer fits", () => {
  expect(ids(mergeNewest([page("abcd")], page("acd")))).toBe("acd");
});

it("begins anew where the pages no longer meet", () => {
  expect(ids(mergeNewest([page("wxyz"), page("uv")], page("abcd")))).toBe("abcd");
});
