import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { renderPage } from "../../../testing/renderPage";
import { EditingContext } from "../editing";
import { SameConditions } from "./SameConditions";

const rule = (value: string) => [
  { operator: "AND", rules: [{ field: "event_type_name", operator: "equals", value }] },
];

function open(conditions: unknown[]) {
  const take = vi.fn();
  const actions = conditions.map((one, place) => ({
    name: `Action ${String(place + 1)}`,
    type: "send_sms",
    conditions: one,
  }));
  const editing = {
    draftKey: "welcome",
    spec: { actions },
    errors: [],
    warnings: [],
    isLocked: false,
    edit: () => undefined,
  };
  renderPage(
    <EditingContext.Provider value={editing}>
      <SameConditions onTake={take} />
    </EditingContext.Provider>,
  );
  return take;
}

const offered = () => screen.queryAllByRole("button").map(({ textContent }) => textContent.trim());

it("takes over the conditions of another action", async () => {
  const take = open([rule("Intro"), undefined]);
  await userEvent.click(screen.getByRole("button", { name: "The same as “Action 1”" }));
  expect(take).toHaveBeenCalledExactlyOnceWith(rule("Intro"));
});

it("offers the same conditions once, by the first action that has them", () => {
  open([rule("Intro"), rule("Intro"), rule("Demo")]);
  expect(offered()).toEqual(["The same as “Action 1”", "The same as “Action 3”"]);
});

it("offers three at most", () => {
  open(["Intro", "Demo", "Call", "Visit"].map(rule));
  expect(offered()).toHaveLength(3);
});

it("offers nothing where no action has conditions that can be taken", () => {
  open([undefined, [], "{{ typed by hand }}"]);
  expect(offered()).toEqual([]);
});
