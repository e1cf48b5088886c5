import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { renderPage, serve } from "../../testing/renderPage";
import RunDialog from "./RunDialog";

const TIMING = { due_at: "2099-03-01T12:00:00Z", runs_at: "2099-03-01T12:00:00Z" };
const MESSAGE = {
  recipient: "invitee",
  channel: "email",
  address: "ada@example.org",
  content: { subject: "Hello Ada", message: "x" },
};
const ACTION = {
  name: "Say hello",
  type: "send_email",
  status: "would_run",
  reason: null,
  conditions: [],
  rendered: {},
  timing: TIMING,
  messages: [MESSAGE],
  more_messages: 0,
};
const SKIPPED = {
  ...ACTION,
  name: "Text",
  status: "skipped",
  reason: "conditions not met",
  messages: [],
};
const TRIAL = { matches: true, reason: null, actions: [ACTION, SKIPPED] };
const ACCOUNT = {
  name: "olive",
  may_edit: true,
  may_run: true,
  is_admin: false,
  own_names: null,
  has_history: true,
  email: null,
  test_recipients: [],
};
const ANSWERS = {
  "GET /me": ACCOUNT,
  "GET /workflows/welcome": { id: "welcome", name: "Welcome" },
  "POST /workflows/welcome/test": TRIAL,
  "GET /executions": { executions: [], next_cursor: null },
};

it("says what is sent to whom, and sends it only when that is confirmed", async () => {
  const asked = serve({
    ...ANSWERS,
    "POST /workflows/welcome/execute": { duplicate: false, execution: { id: "x1" } },
  });
  const close = vi.fn();
  renderPage(<RunDialog workflow="welcome" booking="bk-1" onClose={close} />);
  expect(await screen.findByText("ada@example.org")).toBeVisible();
  expect(screen.getByText("Text: will be skipped")).toBeVisible();
  const tried = asked.find(({ url }) => url.endsWith("/test"));
  expect(await tried?.json()).toEqual({ mode: "real_data", booking_id: "bk-1", by_hand: true });
  expect(asked.some(({ url }) => url.endsWith("/execute"))).toBe(false);
  await userEvent.click(await screen.findByRole("button", { name: "Run now and send 1 message" }));
  expect(await screen.findByText("“Welcome” runs for the booking now.")).toBeVisible();
  expect(close).toHaveBeenCalledOnce();
  const sent: unknown = await asked.find(({ url }) => url.endsWith("/execute"))?.json();
  expect(sent).toMatchObject({ booking_id: "bk-1", booking: null });
  expect((sent as { idempotency_key: string }).idempotency_key).toMatch(/:welcome:bk-1$/);
});

it("warns where it has run for the booking before", async () => {
  const last = { id: "x0", status: "completed", completed_at: "2026-03-01T12:00:00Z", due_at: "" };
  serve({ ...ANSWERS, "GET /executions": { executions: [last], next_cursor: null } });
  renderPage(<RunDialog workflow="welcome" booking="bk-1" onClose={vi.fn()} />);
  expect(await screen.findByText("It has run for this booking before")).toBeVisible();
  expect(screen.getByRole("link", { name: "completed" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions/x0",
  );
});

it("asks first for what the page does not know", async () => {
  const found = { id: "bk-1", status: "confirmed", start_time: "2099-03-01T12:00:00Z" };
  const booking = { ...found, invitee_name: "Ada", invitee_email: null, event_type_name: null };
  const workflow = { id: "welcome", name: "Welcome", trigger: "booking_created", delay_minutes: 0 };
  serve({
    ...ANSWERS,
    "GET /bookings": { bookings: [booking] },
    "GET /workflows": { workflows: [workflow], next_cursor: null },
  });
  renderPage(<RunDialog onClose={vi.fn()} />);
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("button", { name: "Run now" })).toBeDisabled();
  await userEvent.click(await screen.findByRole("button", { name: /Welcome/ }));
  await userEvent.click(await screen.findByRole("button", { name: /Ada/ }));
  expect(await screen.findByText("ada@example.org")).toBeVisible();
});

it("does not let those run it who may not", async () => {
  serve({ ...ANSWERS, "GET /me": { ...ACCOUNT, may_run: false } });
  renderPage(<RunDialog workflow="welcome" booking="bk-1" onClose={vi.fn()} />);
  expect(await screen.findByText("You may not run this workflow")).toBeVisible();
  expect(await screen.findByText("ada@example.org")).toBeVisible();
  expect(screen.getByRole("button", { name: /Run now/ })).toBeDisabled();
});
