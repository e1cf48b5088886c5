import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { expect, it } from "vitest";

import type { IncidentState } from "../../api/schema";
import { paths } from "../../app/paths";
import { problem, renderPage, serve } from "../../testing/renderPage";
import IncidentPage from "./IncidentPage";

const INCIDENT: IncidentState = {
  id: "i1",
  kind: "failures",
  key: "welcome",
  state: "open",
  severity: "critical",
  subject: "executions of `welcome` fail",
  message: "6 of 10 executions (60 %) failed in the last 60 minutes.",
  workflow_id: "welcome",
  details: {
    failed: 6,
    total: 10,
    percent: 60,
    causes: ["smtp-550"],
    window_minutes: 60,
    limit_percent: 50,
    limit_executions: 5,
  },
  opened_at: "2026-03-01T14:30:00Z",
  last_seen_at: "2026-03-01T14:35:00Z",
  notified_at: "2026-03-01T14:31:00Z",
  closed_at: null,
  closed_by: null,
  note: null,
};
const ME = { name: "olive", may_edit: true, may_run: true, is_admin: false };

function show(incident: Partial<IncidentState> = {}, more: Record<string, unknown> = {}) {
  const asked = serve({
    "GET /incidents/i1": { ...INCIDENT, ...incident },
    "GET /me": ME,
    ...more,
  });
  renderPage(
    <Routes>
      <Route path="/plugin/workflows/health/incidents/:id" element={<IncidentPage />} />
    </Routes>,
    "/plugin/workflows/health/incidents/i1",
  );
  return asked;
}

it("says what is wrong, which threshold was crossed, and what to look at", async () => {
  show();
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("welcome");
  expect(screen.getByText("6 of 10 (60 %)")).toBeVisible();
  expect(
    screen.getByText("More than 50 % of at least 5 executions fail within 60 minutes"),
  ).toBeVisible();
  expect(screen.getByText("What to do")).toBeVisible();
  expect(screen.getByRole("link", { name: "smtp-550" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions?workflow=welcome&cause=smtp-550&failures=true",
  );
  expect(screen.getByRole("link", { name: "The workflow welcome" })).toBeVisible();
  expect(screen.getByText(/^sent/)).toBeVisible();
});

it("closes it with a note", async () => {
  const asked = show({}, { "POST /incidents/i1/close": { ...INCIDENT, state: "closed" } });
  await waitFor(() => {
    expect(screen.getByRole("button", { name: /^Close the incident/ })).toBeEnabled();
  });
  await userEvent.click(screen.getByRole("button", { name: /^Close the incident/ }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.type(dialog.getByLabelText("Note"), "mended");
  await userEvent.click(dialog.getByRole("button", { name: "Close the incident" }));
  await waitFor(() => {
    expect(asked.some(({ method }) => method === "POST")).toBe(true);
  });
  const sent = asked.find(({ method }) => method === "POST");
  expect(await sent?.json()).toEqual({ note: "mended" });
});

it("tells how one ended, with the note", async () => {
  show({
    state: "closed",
    closed_at: "2026-03-01T15:00:00Z",
    closed_by: "olive",
    note: "the mailbox is back",
  });
  expect(await screen.findByText("This is over")).toBeVisible();
  expect(screen.getByText(/by olive: the mailbox is back/)).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

it("shows the endpoint as it is now", async () => {
  const endpoint = {
    key: "smtp:bookflow_smtp",
    channel: "email",
    state: "open",
    workflow_id: null,
  };
  show(
    {
      kind: "endpoint",
      key: endpoint.key,
      workflow_id: null,
      details: { failures: 7, error_code: "smtp-421", limit_seconds: 300 },
    },
    { "GET /endpoints": { endpoints: [endpoint] } },
  );
  expect(await screen.findByText("paused")).toBeVisible();
  expect(screen.getByText("smtp:bookflow_smtp")).toBeVisible();
  expect(screen.getByText("It fails for 5 minutes, or is disabled")).toBeVisible();
  expect(screen.getByRole("button", { name: /Enable/ })).toBeEnabled();
});

it("is where alerts lead to", () => {
  expect(paths.incident("i1")).toBe("/plugin/workflows/health/incidents/i1");
});

it("says so where there is none", async () => {
  show({}, { "GET /incidents/i1": () => problem(404, "no incident with this id is known") });
  expect(await screen.findByText(/no incident with this id is known/)).toBeVisible();
  expect(screen.getByRole("link", { name: "All incidents" })).toBeVisible();
});
