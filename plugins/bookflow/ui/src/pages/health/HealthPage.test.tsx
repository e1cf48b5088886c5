import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import type { EndpointState, IncidentState, KeptHead } from "../../api/schema";
import { problem, renderPage, serve } from "../../testing/renderPage";
import HealthPage from "./HealthPage";

const AT = "/plugin/workflows/health";
const account = (more: object = {}) => ({
  name: "olive",
  may_edit: true,
  may_run: true,
  is_admin: false,
  own_names: null,
  has_history: true,
  ...more,
});
const HEALTH = {
  status: "healthy",
  components: { database: { status: "healthy", latency_ms: 0.8 } },
};
const INCIDENT: IncidentState = {
  id: "01957b2e-7c1a-7f00-8000-000000000001",
  kind: "failures",
  key: "welcome",
  state: "open",
  severity: "warning",
  subject: "executions of `welcome` fail",
  message: "6 of 10 executions (60 %) failed in the last 60 minutes.",
  workflow_id: "welcome",
  details: {},
  opened_at: "2026-03-01T14:30:00Z",
  last_seen_at: "2026-03-01T14:35:00Z",
  notified_at: null,
  closed_at: null,
  closed_by: null,
  note: null,
};
const ENDPOINT: EndpointState = {
  key: "https://example.com/hook",
  channel: "webhook",
  state: "disabled",
  failures: 7,
  since: "2026-03-01T14:30:00Z",
  last_error: "did not answer in time",
  last_error_code: "http-timeout",
  last_success_at: null,
  last_failure_at: "2026-03-01T14:30:00Z",
  probe_at: null,
  hold_until: null,
  disabled_at: "2026-03-01T14:30:00Z",
  disabled_reason: "it answered 410: the receiver is gone for good",
  workflow_id: "welcome",
};
const REQUEST: KeptHead = {
  id: "01957b2e-7c1a-7f00-8000-000000000009",
  source: "cal-com",
  received_at: "2026-03-01T14:30:00Z",
  verdict: "refused",
  reason: "payload.uid: is required",
  replayable: true,
  size: 1840,
};
const BASE = {
  "GET /me": account(),
  "GET /health": HEALTH,
  "GET /workflows": { workflows: [], next_cursor: null },
  "GET /incidents": { incidents: [INCIDENT], next_cursor: null },
  "GET /endpoints": { endpoints: [ENDPOINT] },
};

it("says in one sentence that all is well", async () => {
  serve(BASE);
  renderPage(<HealthPage />, AT);
  expect(await screen.findByText("Everything works.")).toBeVisible();
  expect(await screen.findByText(/None: each workflow that you may see is valid/)).toBeVisible();
});

it("shows the parts and what to do where the answer is 503", async () => {
  const components = { database: { status: "unhealthy", error: "the database is away" } };
  serve({
    ...BASE,
    "GET /health": () => Response.json({ status: "unhealthy", components }, { status: 503 }),
  });
  renderPage(<HealthPage />, AT);
  expect(await screen.findByText("Messages may be late or missing: database.")).toBeVisible();
  expect(screen.getByText("the database is away")).toBeVisible();
  expect(screen.getByText(/Ask who runs Airflow to look at the database/)).toBeVisible();
});

it("links to invalid workflows with what is wrong", async () => {
  const invalid = {
    id: "welcome",
    name: null,
    errors: [{ message: "`trigger` is required" }, { message: "more" }],
  };
  serve({ ...BASE, "GET /workflows": { workflows: [invalid], next_cursor: null } });
  renderPage(<HealthPage />, AT);
  expect(await screen.findByRole("link", { name: "welcome" })).toHaveAttribute(
    "href",
    "/plugin/workflows/workflow/welcome",
  );
  expect(screen.getByText("trigger").closest("li")).toHaveTextContent(
    "welcome: trigger is required (and 1 more)",
  );
});

it("shows admin tabs to admins only", async () => {
  serve({ ...BASE, "GET /me": account({ is_admin: true }) });
  const { unmount } = renderPage(<HealthPage />, AT);
  expect(await screen.findByRole("tab", { name: "Audit trail" })).toBeVisible();
  expect(screen.getByRole("tab", { name: "Inbound requests" })).toBeVisible();
  unmount();
  serve(BASE);
  renderPage(<HealthPage />, AT);
  await screen.findByText("Everything works.");
  expect(screen.queryByRole("tab", { name: "Audit trail" })).toBeNull();
});

it("says whom to ask where a link leads to what is for admins", async () => {
  serve({ ...BASE, "GET /audit": () => problem(403, "ask an Airflow admin.") });
  renderPage(<HealthPage />, `${AT}?tab=audit`);
  expect(await screen.findByText("ask an Airflow admin.")).toBeVisible();
});

it("closes an incident with a note", async () => {
  const asked = serve({
    ...BASE,
    [`POST /incidents/${INCIDENT.id}/close`]: { ...INCIDENT, state: "closed" },
  });
  renderPage(<HealthPage />, `${AT}?tab=incidents`);
  await screen.findByText(INCIDENT.message);
  await waitFor(() => {
    expect(screen.getByRole("button", { name: /^Close the incident/ })).toBeEnabled();
  });
  await userEvent.click(screen.getByRole("button", { name: /^Close the incident/ }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText("Note"), "restarted it");
  await userEvent.click(within(dialog).getByRole("button", { name: "Close the incident" }));
  expect(await screen.findByText(/The incident is closed/)).toBeVisible();
  const sent = asked.find(({ method }) => method === "POST");
  expect(await sent?.json()).toEqual({ note: "restarted it" });
});

it("says why an incident could not be closed, and keeps the note", async () => {
  serve({
    ...BASE,
    [`POST /incidents/${INCIDENT.id}/close`]: () => problem(409, "it is closed already"),
  });
  renderPage(<HealthPage />, `${AT}?tab=incidents`);
  const button = await screen.findByRole("button", { name: /^Close the incident/ });
  await waitFor(() => {
    expect(screen.getByRole("button", { name: /^Close the incident/ })).toBeEnabled();
  });
  expect(button).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: /^Close the incident/ }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText("Note"), "mine");
  await userEvent.click(within(dialog).getByRole("button", { name: "Close the incident" }));
  expect(await within(dialog).findByText("it is closed already")).toBeVisible();
  expect(within(dialog).getByLabelText("Note")).toHaveValue("mine");
});

it("asks for the incidents of the filter", async () => {
  const asked = serve(BASE);
  renderPage(<HealthPage />, `${AT}?tab=incidents`);
  await screen.findByText(INCIDENT.message);
  await userEvent.selectOptions(screen.getByLabelText("Show"), "closed");
  await waitFor(() => {
    const states = asked.map(({ url }) => new URL(url).searchParams.get("state"));
    expect(states).toContain("closed");
  });
});

it("enables an endpoint after asking", async () => {
  const asked = serve({ ...BASE, "POST /endpoints/enable": { ...ENDPOINT, state: "closed" } });
  renderPage(<HealthPage />, `${AT}?tab=endpoints`);
  expect(await screen.findByText(/the receiver is gone for good/)).toBeVisible();
  await waitFor(() => {
    expect(screen.getByRole("button", { name: `Enable ${ENDPOINT.key}` })).toBeEnabled();
  });
  await userEvent.click(screen.getByRole("button", { name: `Enable ${ENDPOINT.key}` }));
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  await userEvent.click(await screen.findByRole("button", { name: "Call it again" }));
  expect(await screen.findByText(/is called again from now on\.$/)).toBeVisible();
  const sent = asked.find(({ method }) => method === "POST");
  expect(await sent?.json()).toEqual({ key: ENDPOINT.key });
});

it("disables what the user may not do, with the reason", async () => {
  serve({ ...BASE, "GET /me": account({ may_run: false }) });
  renderPage(<HealthPage />, `${AT}?tab=endpoints`);
  const button = await screen.findByRole("button", { name: `Enable ${ENDPOINT.key}` });
  expect(button).toBeDisabled();
  expect(button).toHaveAttribute("title", expect.stringContaining("Ask an admin"));
});

it("runs an inbound request again after saying what that does", async () => {
  serve({
    ...BASE,
    "GET /me": account({ is_admin: true }),
    "GET /inbound-requests": { requests: [REQUEST], next_cursor: null },
    [`POST /inbound-requests/${REQUEST.id}/replay`]: {
      request_id: REQUEST.id,
      verdict: "accepted",
    },
  });
  renderPage(<HealthPage />, `${AT}?tab=inbound`);
  expect(await screen.findByText("payload.uid: is required")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Run the request of cal-com again" }));
  expect(await screen.findByText(/messages go out/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Run it again" }));
  expect(await screen.findByText("It ran again and was accepted.")).toBeVisible();
});

it("shows what a request held", async () => {
  serve({
    ...BASE,
    "GET /me": account({ is_admin: true }),
    "GET /inbound-requests": { requests: [REQUEST], next_cursor: null },
    [`GET /inbound-requests/${REQUEST.id}`]: {
      ...REQUEST,
      headers: { "content-type": "application/json" },
      body: { triggerEvent: "BOOKING_CREATED" },
    },
  });
  renderPage(<HealthPage />, `${AT}?tab=inbound&request=${REQUEST.id}`);
  expect(await screen.findByText(/BOOKING_CREATED/)).toBeVisible();
});
