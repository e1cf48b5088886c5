import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import ExecutionPage from "./ExecutionPage";

const ID = "01957b2e-7c1a-7f00-8000-000000000001";
const SKIPPED = {
  action: "Text the organizer",
  type: "send_sms",
  status: "skipped",
  reason: "conditions not met: attendee_count greater_than_or_equal 5, but it is 3",
  error_code: "conditions",
  conditions: [
    {
      operator: "OR",
      holds: false,
      rules: [
        {
          field: "attendee_count",
          operator: "greater_than_or_equal",
          expected: 5,
          actual: 3,
          holds: false,
        },
        { field: "is_weekend", operator: "equals", expected: true, actual: true, holds: true },
      ],
    },
  ],
  rendered: null,
  attempts: 0,
  started_at: "2026-03-01T12:00:00+00:00",
  duration_ms: 0,
  deliveries: [],
};
const FAILED = {
  ...SKIPPED,
  action: "Mail the invitee",
  type: "send_email",
  status: "failed",
  reason: "the mail server refused the address",
  error_code: "smtp-550",
  conditions: [],
  rendered: { to: "ada@example.com", subject: "Hello Ada", html: "<b>Hi</b>", message: "Hi" },
  attempts: 3,
  deliveries: [
    {
      id: "d1",
      recipient: "invitee",
      channel: "email",
      address: "ada@example.com",
      status: "failed",
      attempts: 3,
      rounds: 1,
      error_message: "the mail server refused the address",
      details: { status: 550, answer: "no such user" },
      created_at: "2026-03-01T12:00:00+00:00",
      settled_at: "2026-03-01T12:05:00+00:00",
    },
  ],
};
const EXECUTION = {
  id: ID,
  workflow_id: "welcome",
  workflow_version: "3f2a9c1b",
  event_id: "e1",
  booking_id: "bk-2041",
  trigger: "booking_created",
  occurred_at: "2026-03-01T12:00:00+00:00",
  due_at: "2026-03-01T12:00:00+00:00",
  status: "failed",
  rounds: 1,
  error_message: "Mail the invitee: the mail server refused the address",
  actions_executed: 0,
  actions_failed: 1,
  actions_skipped: 1,
  dag_id: "bookflow-welcome",
  run_id: "manual__1",
  execution_log: [SKIPPED, FAILED],
};
const PENDING = { ...EXECUTION, status: "pending", error_message: null, execution_log: [] };

function open(execution: object, mayRun = true, more: Record<string, unknown> = {}) {
  const asked = serve({
    [`GET /executions/${ID}`]: execution,
    "GET /executions": { executions: [], next_cursor: null },
    "GET /me": { name: "olive", may_run: mayRun, may_edit: mayRun },
    ...more,
  });
  renderPage(
    <Routes>
      <Route path="/plugin/workflows/executions/:id" element={<ExecutionPage />} />
    </Routes>,
    `/plugin/workflows/executions/${ID}`,
  );
  return asked;
}

it("says of each rule what it found and what it wanted", async () => {
  open(EXECUTION);
  const story = (await screen.findByText("Text the organizer")).closest("li");
  const rules = within(story as HTMLElement);
  expect(rules.getByText("At least one of these")).toBeInTheDocument();
  expect(rules.getByText(/^is 3, wanted at least 5/)).toHaveTextContent(
    "attendee_count is 3, wanted at least 5",
  );
  expect(rules.getAllByText("Does not hold:").length).toBe(2);
});

it("tells where a delivery went, what the other side said and how often it was tried", async () => {
  open(EXECUTION);
  expect(await screen.findByText("The mail server answered 550: no such user")).toBeVisible();
  expect(screen.getByText(/Tried 3 times, put off once/)).toBeVisible();
  expect(screen.getByTitle("The e-mail as it looks")).toHaveAttribute("sandbox", "");
});

it("links to the run in Airflow", async () => {
  open(EXECUTION);
  expect(await screen.findByRole("link", { name: "manual__1" })).toHaveAttribute(
    "href",
    "/dags/bookflow-welcome/runs/manual__1",
  );
});

it("tries again only after a confirmation", async () => {
  const asked = open(EXECUTION, true, { [`POST /executions/${ID}/retry`]: PENDING });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  const dialog = await screen.findByRole("dialog");
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  await user.click(within(dialog).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("It is tried again now.")).toBeVisible();
  const sent = asked.find(({ method }) => method === "POST");
  expect(await sent?.json()).toEqual({ action: null });
});

it("cancels with the reason that is given", async () => {
  const cancelled = { ...PENDING, status: "cancelled", error_message: "cancelled by olive: twice" };
  const asked = open(PENDING, true, { [`POST /executions/${ID}/cancel`]: cancelled });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Cancel execution" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText("Reason"), "twice");
  await user.click(within(dialog).getByRole("button", { name: "Cancel execution" }));
  expect(await screen.findByText(/It is cancelled\./)).toBeVisible();
  expect(await asked.find(({ method }) => method === "POST")?.json()).toEqual({ reason: "twice" });
});

it("stays open and says why where the server refuses", async () => {
  const refusal = "the execution is completed already; only an open one can be cancelled";
  open(PENDING, true, { [`POST /executions/${ID}/cancel`]: () => problem(409, refusal) });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Cancel execution" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Cancel execution" }));
  expect(await within(dialog).findByText(refusal)).toBeVisible();
});

it("says to those who may not run it whom to ask", async () => {
  open(EXECUTION, false);
  expect(await screen.findByText(/Ask somebody who may run this workflow/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
});

it("offers nothing for what ended well", async () => {
  open({ ...EXECUTION, status: "completed", error_message: null });
  await screen.findByText("Text the organizer");
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: /again|Cancel/ })).not.toBeInTheDocument();
  });
});
