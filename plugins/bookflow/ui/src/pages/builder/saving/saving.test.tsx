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
    expect(await screen.findByRole("textbox", { name: /^Id/ })).toHaveValue("welcome");
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
  const about = (text: string) => ({
    ...WORKFLOW,
    version: "v9",
    yaml: `${YAML.replace("# ours", "# theirs")}description: ${text}\n`,
    spec: { ...SPEC, description: text },
  });
  const renamed = (to: string) => ({
    ...WORKFLOW,
    version: "v9",
    yaml: YAML.replace("name: Welcome", `name: ${to}`),
    spec: { ...SPEC, name: to },
  });

  async function conflict(theirs: object) {
    let isSavedByOthers = false;
    const asked = open({
      "GET /workflows/welcome": () => (isSavedByOthers ? theirs : WORKFLOW),
      "PUT /workflows/welcome": async (request: Request) => {
        const spec = (await request.json()) as object;
        if (request.headers.get("if-match") === '"v9"') return { ...SAVED, spec, diff: "+x\n" };
        isSavedByOthers = true;
        return problem(412, "It was changed meanwhile");
      },
    });
    await rename("Hi");
    await userEvent.click(await screen.findByRole("button", { name: "Look at both" }));
    return { asked, dialog: await screen.findByRole("dialog") };
  }

  async function save(asked: Request[]) {
    const dialog = await screen.findByRole("dialog", { name: "Save your changes" });
    await waitFor(() => {
      expect(within(dialog).getByRole("button", { name: "Save" })).toBeEnabled();
    });
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => {
      expect(written(asked)).toHaveLength(1);
    });
    return written(asked)[0];
  }

  it("keeps both where they changed different things, and saves over their version", async () => {
    const { asked, dialog } = await conflict(about("Theirs"));
    const changed = await within(dialog).findByRole("region", { name: "What they changed" });
    expect(changed).toHaveTextContent("description: Theirs");
    await userEvent.click(within(dialog).getByRole("button", { name: "Put both together…" }));
    const sent = await save(asked);
    expect(sent?.headers.get("if-match")).toBe('"v9"');
    expect(await sent?.json()).toEqual({ ...SPEC, name: "Hi", description: "Theirs" });
  });

  it.each([
    ["Yours", "Hi", true],
    ["Theirs", "Hello", false],
  ])("asks for what both changed, and takes what is chosen: %s", async (side, result, isLeft) => {
    const { dialog } = await conflict(renamed("Hello"));
    expect(await within(dialog).findByRole("button", { name: "1 to decide" })).toBeDisabled();
    const choice = within(dialog).getByRole("group", { name: "Name" });
    await userEvent.click(within(choice).getByRole("radio", { name: side }));
    await userEvent.click(
      await within(dialog).findByRole("button", { name: "Put both together…" }),
    );
    const draft = peekDraft("welcome");
    expect(draft && present(draft).spec.name).toBe(result);
    const dialogs = screen.queryAllByRole("dialog", { name: "Save your changes" });
    expect(dialogs).toHaveLength(isLeft ? 1 : 0);
  });

  it("takes theirs; undo brings mine back, and the conflict with it", async () => {
    const { asked, dialog } = await conflict(about("Theirs"));
    await userEvent.click(
      await within(dialog).findByRole("button", { name: "Drop mine, take theirs" }),
    );
    expect(await name()).toHaveValue("Welcome");
    const draft = peekDraft("welcome");
    expect(draft && present(draft).text).toContain("# theirs");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(await name()).toHaveValue("Hi");
    expect(screen.getByRole("button", { name: "Look at both" })).toBeVisible();
    expect(written(asked)).toHaveLength(0);
  });

  it("goes on editing with nothing lost", async () => {
    const { dialog } = await conflict(about("Theirs"));
    await userEvent.click(within(dialog).getByRole("button", { name: "Go on editing" }));
    expect(await name()).toHaveValue("Hi");
    expect(screen.getByText("Unsaved changes")).toBeVisible();
  });
});
