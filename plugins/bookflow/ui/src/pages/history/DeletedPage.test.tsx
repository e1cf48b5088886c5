import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import DeletedPage from "./DeletedPage";

const EDITOR = { name: "olive", may_edit: true, may_run: true, is_admin: false, has_history: true };
const GONE = {
  id: "hello",
  name: "Hello",
  deleted_by: "ana",
  deleted_at: "2026-03-01T14:30:00Z",
  commit: "b".repeat(40),
  restore_commit: "a".repeat(40),
};
const list = (...workflows: object[]) => ({ has_history: true, workflows });

it("says what is gone, who deleted it, and brings it back after showing it", async () => {
  const asked = serve({
    "GET /me": EDITOR,
    "GET /deleted-workflows": list(GONE),
    "GET /workflows/hello": () => problem(404, "there is no workflow `hello`"),
    "POST /workflows/hello/restore": {
      id: "hello",
      name: "Hello",
      state: "active",
      diff: "--- a\n+++ b\n@@ -0,0 +1 @@\n+id: hello\n",
    },
  });
  renderPage(<DeletedPage />);
  expect(await screen.findByRole("link", { name: "Hello" })).toHaveAttribute(
    "href",
    "/plugin/workflows/workflow/hello/history",
  );
  expect(screen.getByText(/deleted by ana/)).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Bring Hello back" }));
  const dialog = within(await screen.findByRole("dialog"));
  const restore = dialog.getByRole("button", { name: "Restore" });
  await waitFor(() => {
    expect(restore).toBeEnabled();
  });
  expect(dialog.getByText(/It is active afterwards/)).toBeVisible();
  await userEvent.click(restore);
  expect(await screen.findByText(/“Hello” is back/)).toBeInTheDocument();
  const saved = asked.filter(
    ({ method, url }) => method === "POST" && !new URL(url).searchParams.has("dry_run"),
  );
  expect(saved).toHaveLength(1);
  expect(await saved[0]?.json()).toEqual({ commit: GONE.restore_commit });
});

it("shows no button to those who may only look, and says whom to ask", async () => {
  serve({ "GET /me": { ...EDITOR, may_edit: false }, "GET /deleted-workflows": list(GONE) });
  renderPage(<DeletedPage />);
  expect(await screen.findByText(/ask somebody who may edit workflows/)).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

it("says that nothing was deleted", async () => {
  serve({ "GET /me": EDITOR, "GET /deleted-workflows": list() });
  renderPage(<DeletedPage />);
  expect(await screen.findByText("Nothing was deleted")).toBeVisible();
});

it("says that without git what is deleted is gone", async () => {
  serve({ "GET /me": EDITOR, "GET /deleted-workflows": { has_history: false, workflows: [] } });
  renderPage(<DeletedPage />);
  expect(await screen.findByText("No history is kept here")).toBeVisible();
});
