import { expect, it } from "vitest";

import { slugOf, withName } from "./names";

it.each([
  ["Booking confirmation", "booking-confirmation"],
  ["  Días & Nächte! ", "dias-nachte"],
  ["…", ""],
  ["x".repeat(80), "x".repeat(64)],
])("makes %j the id %j", (name, id) => {
  expect(slugOf(name)).toBe(id);
});

it("lets the id of a new workflow follow its name until it has its own", () => {
  const named = withName({}, "Hello there", true);
  expect(named.id).toBe("hello-there");
  expect(withName(named, "Hello", true).id).toBe("hello");
  expect(withName({ ...named, id: "mine" }, "Hello", true).id).toBe("mine");
  expect(withName(named, "Hello", false).id).toBe("hello-there");
});
