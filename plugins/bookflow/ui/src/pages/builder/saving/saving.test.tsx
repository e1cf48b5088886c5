import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { problem } from "../../../testing/renderPage";
import { NEW, peekDraft, present } from "../draft/drafts";
import {
  forgetDrafts,
  ME,
  name,
  open,
  rename,
  SAVED,
  SPEC,
  WORKFLOW,
  written,
  YAML,
} from "../testing/openBuilder";

vi.setConfig({ testTimeout: 60_000 });
vi.mock("../flow/FlowView", () => ({ default: () => <p>the flow</p> }));
vi.mock("../text/YamlView", async () => ({
  default: (await import("../testing/openBuilder")).PlainYaml,
}));

beforeEach(forgetDrafts);
afterEach(forgetDrafts);

describe("saving", () => {
  const diff = "--- a/x\n+++ b/x\n@@ -4 +4 @@\n-name: Welcome\n+name: Hi\n";

  it("shows the difference, then sends the values over the version that was read", async () => {
    const yaml = YAML.replace("Welcome", "Hi");
    const asked = open({
      "PUT /workflows/welcome": { ...SAVED, diff, yaml, spec: { ...SPEC, name: "Hi" } },
    });
    await rename("Hi");
    await userEvent.click(screen.getByRole("button", { name: "Save…" }));
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByText(/name: Hi/)).toBeVisible();
    expect(written(asked)).toHaveLength(0);
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    expect((await screen.findAllByText(/Saved as commit 9f8e7d6/))[0]).toBeVisible();
    const [sent] = written(asked);
    expect(sent?.headers.get("if-match")).toBe('"v1"');
    expect(sent?.headers.get("content-type")).toBe("application/json");
    expect(await sent?.json()).toEqual({ ...SPEC, name: "Hi" });
    expect(screen.queryByText("Unsaved changes")).toBeNull();
  });

  it("sends the text where it was typed", async () => {
    const asked = open(
      { "PUT /workflows/welcome": { ...SAVED, diff } },
      "/workflow/welcome?view=yaml",
    );
    const text = await screen.findByRole("textbox", { name: "YAML" });
    await userEvent.click(text);
    await userEvent.paste("# typed\n");
    await userEvent.click(screen.getByRole("button", { name: "Save…" }));
    const dialog = await screen.findByRole("dialog");
    await waitFor(() => {
      expect(within(dialog).getByRole("button", { name: "Save" })).toBeEnabled();
    });
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => {
      expect(written(asked)).toHaveLength(1);
    });
    const [sent] = written(asked);
    expect(sent?.headers.get("content-type")).toBe("application/yaml");
    expect(await sent?.text()).toContain("# typed");
  });

  it("makes a new workflow, and goes on with it", async () => {
    const asked = open(
      { "POST /workflows": { ...SAVED, id: "welcome", yaml: YAML, diff } },
      "/new",
    );
    await rename("Welcome");
    expect(screen.getByRole("textbox", { name: /^Id/ })).toHaveValue("welcome");
    await userEvent.click(screen.getByRole("button", { name: "Make it…" }));
    const dialog = await screen.findByRole("dialog");
    await waitFor(() => {
      expect(within(dialog).getByRole("button", { name: "Make it" })).toBeEnabled();
    });
    await userEvent.click(within(dialog).getByRole("button", { name: "Make it" }));
    await waitFor(() => {
      expect(peekDraft(NEW)).toBeUndefined();
    });
    expect(await written(asked)[0]?.json()).toMatchObject({ id: "welcome", name: "Welcome" });
  });

  it("says to whom a person turns who may make none", async () => {
    open({ "GET /me": { ...ME, may_edit: false } }, "/new");
    expect(await screen.findByText("You may not make workflows")).toBeVisible();
  });
});

describe("where somebody else saved meanwhile", () => {
  const THEIRS = {
    ...WORKFLOW,
    version: "v9",
    yaml: YAML.replace("# ours", "# theirs"),
    spec: SPEC,
  };

  async function conflict() {
    let isSavedByOthers = false;
    const asked = open({
      "GET /workflows/welcome": () => (isSavedByOthers ? THEIRS : WORKFLOW),
      "PUT /workflows/welcome": (request: Request) => {
        if (request.headers.get("if-match") === '"v9"')
          return { ...SAVED, spec: { ...SPEC, name: "Hi" } };
        isSavedByOthers = true;
        return problem(412, "It was changed meanwhile");
      },
    });
    await rename("Hi");
    await userEvent.click(await screen.findByRole("button", { name: "Look at both" }));
    const dialog = await screen.findByRole("dialog");
    expect(
      await within(dialog).findByText(/# theirs/, {
        selector: "[aria-label='What they changed'] *",
      }),
    ).toBeVisible();
    return { asked, dialog };
  }

  it("keeps mine on top, over their version", async () => {
    const { asked, dialog } = await conflict();
    await userEvent.click(within(dialog).getByRole("button", { name: "Keep mine on top" }));
    await waitFor(() => {
      expect(written(asked)).toHaveLength(1);
    });
    expect(written(asked)[0]?.headers.get("if-match")).toBe('"v9"');
    expect(await written(asked)[0]?.json()).toMatchObject({ name: "Hi" });
  });

  it("takes theirs, and undo brings mine back", async () => {
    const { asked, dialog } = await conflict();
    await userEvent.click(within(dialog).getByRole("button", { name: "Take theirs" }));
    expect(await name()).toHaveValue("Welcome");
    const draft = peekDraft("welcome");
    expect(draft && present(draft).text).toContain("# theirs");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(await name()).toHaveValue("Hi");
    expect(written(asked)).toHaveLength(0);
  });

  it("goes on editing with nothing lost", async () => {
    const { dialog } = await conflict();
    await userEvent.click(within(dialog).getByRole("button", { name: "Go on editing" }));
    expect(await name()).toHaveValue("Hi");
    expect(screen.getByText("Unsaved changes")).toBeVisible();
  });
});
