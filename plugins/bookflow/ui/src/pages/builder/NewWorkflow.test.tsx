import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { problem } from "../../testing/renderPage";
import { forgetDrafts, ME, name, open, rename, SAVED } from "./testing/openBuilder";

vi.setConfig({ testTimeout: 60_000 });
vi.mock("./flow/FlowView", () => ({ default: () => <p>the flow</p> }));

beforeEach(forgetDrafts);
afterEach(forgetDrafts);

const WRONG = {
  file: "",
  line: 1,
  column: 1,
  key: "organizer",
  message: "is nobody",
  suggestion: null,
  code: "value",
};
const NONE = {
  workflows: { active: 0, inactive: 0, invalid: 0 },
  event_types: [],
  triggers: [],
};

it("makes whoever makes a workflow its organizer", async () => {
  open({ "GET /me": { ...ME, email: "ed@example.org" }, "POST /workflows": SAVED }, "/new");
  await name();
  expect(await screen.findByRole("textbox", { name: /Organizer/ })).toHaveValue("ed@example.org");
});

it("offers the organizers that there are", async () => {
  open({ "GET /choices": { ...NONE, organizers: ["olive@example.org"] } }, "/new");
  await userEvent.click(await screen.findByRole("button", { name: "olive@example.org" }));
  expect(screen.getByRole("textbox", { name: /Organizer/ })).toHaveValue("olive@example.org");
});

it("leads from what is wrong to its field", async () => {
  open({ "PUT /workflows/welcome": () => problem(422, "no", { issues: [WRONG] }) });
  await rename("Hi");
  const list = await screen.findByRole("region", { name: "What to mend" });
  await userEvent.click(within(list).getByRole("button", { name: "organizer" }));
  await waitFor(() => {
    expect(screen.getByRole("textbox", { name: /Organizer/ })).toHaveFocus();
  });
});
