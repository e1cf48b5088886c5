import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import { EDITOR, sampleWorkflow, VIEWER } from "../dashboard/sampleWorkflow";
import HistoryPage from "./HistoryPage";

const NEW = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432";
const OLD = "1111111111111111111111111111111111111111";
const DIFF = "--- a/x\n+++ b/x\n@@ -3 +3 @@\n-name: Hello\n+name: Hello there\n";

const version = (commit: string, message: string, more: object = {}) => ({
  commit,
  version: "1",
  author: "olive",
  at: "2026-03-01T14:30:00Z",
  message: `welcome: ${message}`,
  is_current: false,
  is_deleted: false,
  ...more,
});

function open(answers: Record<string, unknown> = {}, query = "") {
  const asked = serve({
    "GET /me": EDITOR,
    "GET /workflows/welcome": { ...sampleWorkflow(), spec: {}, yaml: "" },
    "GET /workflows/welcome/versions": {
      versions: [version(NEW, "change name", { is_current: true }), version(OLD, "create")],
      next_cursor: null,
    },
    "GET /workflows/welcome/diff": { diff: DIFF },
    "POST /workflows/welcome/restore": { ...sampleWorkflow(), diff: DIFF, saved: true },
    ...answers,
  });
  renderPage(
    <Routes>
      <Route path="/plugin/workflows/workflow/:id/history" element={<HistoryPage />} />
    </Routes>,
    `/plugin/workflows/workflow/welcome/history${query}`,
  );
  return asked;
}

const restores = (asked: Request[]) => asked.filter(({ method }) => method === "POST");

it("lists who changed what, and marks the current version", async () => {
  open();
  const item = (await screen.findByText("Change name")).closest("li");
  expect(item).toHaveTextContent("current");
  expect(item).toHaveTextContent("olive");
});

it("says of each line whether it was added or removed, not by color alone", async () => {
  open({}, `?from=${OLD}`);
  expect(await screen.findByText("1 line added, 1 removed")).toBeVisible();
  const lines = screen.getByRole("region", { name: "Difference, line by line" });
  expect(lines).toHaveTextContent("removed: name: Hello");
  expect(lines).toHaveTextContent("added: name: Hello there");
});

it("shows what a version changed", async () => {
  const asked = open();
  await userEvent.click(await screen.findByRole("button", { name: /^What it changed/ }));
  await screen.findByText("1 line added, 1 removed");
  const query = new URL(asked.find(({ url }) => url.includes("/diff"))?.url ?? "").searchParams;
  expect([query.get("from"), query.get("to")]).toEqual([OLD, NEW]);
});

it("restores with the version that was read, after showing what would change", async () => {
  const asked = open();
  await userEvent.click(await screen.findByRole("button", { name: /^Restore/ }));
  await screen.findByText("This would change:");
  expect(restores(asked).every(({ url }) => url.includes("dry_run=true"))).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText(/“Welcome” is as it was/)).toBeVisible();
  const [sent, ...others] = restores(asked).filter(({ url }) => !url.includes("dry_run"));
  expect(others).toEqual([]);
  expect(sent?.headers.get("if-match")).toBe('"3f2a9c01b7de"');
  expect(await sent?.json()).toEqual({ commit: OLD });
});

it("restores nothing over what somebody else saved, and shows the new difference", async () => {
  let now = "3f2a9c01b7de";
  const asked = open({
    "GET /workflows/welcome": () => ({ ...sampleWorkflow({ version: now }), spec: {}, yaml: "" }),
    "POST /workflows/welcome/restore": ({ url, headers }: Request) => {
      if (headers.get("if-match") !== `"${now}"`) return problem(412, "changed meanwhile");
      return { ...sampleWorkflow(), diff: DIFF, saved: !url.includes("dry_run") };
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: /^Restore/ }));
  await screen.findByText("This would change:");
  now = "bbbbbbbbbbbb";
  await userEvent.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText("Somebody else saved this workflow meanwhile")).toBeVisible();
  await waitFor(() => {
    expect(restores(asked).at(-1)?.headers.get("if-match")).toBe('"bbbbbbbbbbbb"');
  });
  expect(restores(asked).at(-1)?.url).toContain("dry_run");
});

it("brings back a workflow that was deleted, which needs no version", async () => {
  const asked = open({
    "GET /workflows/welcome": undefined,
    "GET /workflows/welcome/versions": {
      versions: [version(NEW, "delete", { is_deleted: true }), version(OLD, "create")],
      next_cursor: null,
    },
  });
  expect(await screen.findByText("This workflow was deleted")).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: /^Restore/ }));
  expect(await screen.findByText("Bring this workflow back?")).toBeVisible();
  await waitFor(() => {
    expect(screen.getByRole("button", { name: "Restore" })).toBeEnabled();
  });
  expect(restores(asked)[0]?.headers.has("if-match")).toBe(false);
});

it("says how to get a history where there is none", async () => {
  open({
    "GET /me": { ...EDITOR, has_history: false },
    "GET /workflows/welcome/versions": { versions: [], next_cursor: null },
  });
  expect(await screen.findByText("No history is kept here")).toBeVisible();
  expect(screen.getByText(/git init/)).toBeVisible();
});

it("offers those who may only look no way back, and says whom to ask", async () => {
  open({ "GET /me": VIEWER });
  expect(await screen.findByText(/ask somebody who may edit this workflow/)).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Restore/ })).not.toBeInTheDocument();
});
