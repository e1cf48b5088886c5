import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { problem } from "../../testing/renderPage";
import { forgetDrafts, ME, name, open, rename, SAVED, WORKFLOW, YAML } from "./testing/openBuilder";

vi.setConfig({ testTimeout: 60_000 });
vi.mock("./flow/FlowView", () => ({ default: () => <p>the flow</p> }));
vi.mock("./text/YamlView", async () => ({
  default: (await import("./testing/openBuilder")).PlainYaml,
}));

beforeEach(forgetDrafts);
afterEach(forgetDrafts);

describe("editing", () => {
  it("says what the workflow does, and that a change is not saved", async () => {
    open({ "PUT /workflows/welcome": { ...SAVED, yaml: YAML.replace("Welcome", "Hi") } });
    expect(
      await screen.findByText("When a booking is made: call the connection crm."),
    ).toBeVisible();
    expect(screen.queryByText("Unsaved changes")).toBeNull();
    await rename("Hi");
    expect(screen.getByText("Unsaved changes")).toBeVisible();
  });

  it("undoes with the keyboard, and discards", async () => {
    open({ "PUT /workflows/welcome": SAVED });
    await rename("Hi");
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(await name()).not.toHaveValue("Hi");
    await userEvent.keyboard("{Shift>}{Control>}z{/Control}{/Shift}");
    expect(await name()).toHaveValue("Hi");
    await userEvent.click(screen.getByRole("button", { name: "Discard" }));
    expect(await name()).toHaveValue("Welcome");
  });

  it("keeps comments in the YAML while forms change", async () => {
    open(
      { "PUT /workflows/welcome": () => problem(422, "no", { issues: [] }) },
      "/workflow/welcome?view=yaml",
    );
    await rename("Hi");
    expect(screen.getByRole("textbox", { name: "YAML" })).toHaveValue(
      YAML.replace("Welcome", "Hi"),
    );
  });

  it("shows in the forms what is typed as YAML, and locks them while it can't be read", async () => {
    open({ "PUT /workflows/welcome": SAVED }, "/workflow/welcome?view=yaml");
    const text = await screen.findByRole("textbox", { name: "YAML" });
    await userEvent.clear(text);
    await userEvent.click(text);
    await userEvent.paste("name: Typed\n");
    expect(await name()).toHaveValue("Typed");
    await userEvent.paste("trigger: [");
    expect(screen.getByText("The forms are locked")).toBeVisible();
    expect(await name()).toBeDisabled();
    expect(await name()).toHaveValue("Typed");
  });

  it("has the browser ask before it leaves with unsaved changes", async () => {
    open({ "PUT /workflows/welcome": SAVED });
    const leave = () => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    await name();
    expect(leave()).toBe(false);
    await rename("Hi");
    expect(leave()).toBe(true);
  });

  it("changes nothing where people may only look", async () => {
    open({ "GET /me": { ...ME, may_edit: false } });
    expect(await screen.findByText("You may look, but not change it")).toBeVisible();
    expect(await name()).toBeDisabled();
    expect(screen.queryByRole("button", { name: /save/i })).toBeNull();
    expect(screen.queryByRole("button", { name: /webhook/i })).toBeNull();
  });

  it("opens an invalid workflow as text, with what is wrong", async () => {
    const issue = {
      file: "welcome.yaml",
      line: 5,
      column: 10,
      key: "trigger",
      message: "`booking_creatd` is no trigger; did you mean `booking_created`?",
      suggestion: "booking_created",
      code: "value",
    };
    open({
      "GET /workflows/welcome": {
        ...WORKFLOW,
        state: "invalid",
        spec: null,
        yaml: YAML.replace("created", "creatd"),
        errors: [issue],
      },
      "PUT /workflows/welcome": SAVED,
    });
    expect(await screen.findByRole("textbox", { name: "YAML" })).toBeVisible();
    const list = screen.getByRole("region", { name: "What to mend" });
    await userEvent.click(await within(list).findByRole("button", { name: "Use booking_created" }));
    expect(screen.getByRole("textbox", { name: "YAML" })).toHaveValue(YAML);
  });
});
