import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { renderPage } from "../../../testing/renderPage";
import { DurationInput } from "./DurationInput";

it("takes an example by a click, as it is written in specs", async () => {
  const change = vi.fn();
  renderPage(
    <DurationInput label="Wait" value={undefined} examples={[15, "1h", "24h"]} onChange={change} />,
  );
  await userEvent.click(screen.getByRole("button", { name: "1 day" }));
  await userEvent.click(screen.getByRole("button", { name: "15 minutes" }));
  expect(change.mock.calls).toEqual([["24h"], [15]]);
});

it("shows which example is taken", () => {
  renderPage(
    <DurationInput label="Wait" value={60} examples={["1h", "24h"]} onChange={() => undefined} />,
  );
  expect(screen.getByRole("button", { name: "1 hour" })).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByRole("button", { name: "1 day" })).toHaveAttribute("aria-pressed", "false");
});
