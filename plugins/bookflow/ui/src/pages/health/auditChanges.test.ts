import { expect, it } from "vitest";

import { listChanges } from "./auditChanges";

it("lists what differs by path, and leaves out what stayed", () => {
  expect(
    listChanges(
      { spec: { is_active: true, name: "A" } },
      { spec: { is_active: false, name: "A" } },
    ),
  ).toEqual([{ key: "spec.is_active", before: "true", after: "false" }]);
});

it("tells what came and what went", () => {
  expect(listChanges(null, { a: 1 })).toEqual([{ key: "", before: "nothing", after: '{"a":1}' }]);
  expect(listChanges({ a: [1] }, {})).toEqual([{ key: "a", before: "[1]", after: "nothing" }]);
});
