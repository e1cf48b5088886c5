import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { beforeEach, expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import { forgetPin } from "./pinnedBooking";
import TrialPage from "./TrialPage";

const TIMING = { due_at: "2026-03-01T12:00:00Z", runs_at: "2026-03-01T12:00:00Z" };
const TRIAL = {
  matches: true,
  reason: null,
  ...TIMING,
  duration_ms: 3,
  booking: { source: "made_up", id: "sample-1", note: null, recorded_fields: [] },
  totals: { would_run: 1, waits: 0, skipped: 1, invalid: 0, messages: 1 },
  actions: [
    {
      name: "Say hello",
      type: "send_email",
      status: "would_run",
      reason: null,
      conditions: [],
      rendered: {},
      timing: TIMING,
      messages: [
        {
          recipient: "invitee",
          channel: "email",
          address: "ada@example.org",
          content: { subject: "Hello Ada", message: "x" },
        },
      ],
      more_messages: 0,
    },
    {
      name: "Text",
      type: "send_sms",
      status: "skipped",
      reason: "conditions not met",
      conditions: [
        {
          operator: "AND",
          holds: false,
          rules: [
            { field: "has_phone", operator: "equals", expected: true, actual: false, holds: false },
          ],
        },
      ],
      rendered: {},
      timing: TIMING,
      messages: [],
      more_messages: 0,
    },
  ],
};
const DELIVERY = {
  action: "Say hello",
  recipient: "invitee",
  channel: "email",
  address: "olive@example.org",
  status: "sent",
  reason: null,
  content: { subject: "[Test] Hello Ada" },
};
const EXECUTION = { id: "e", booking_id: "bk-7", created_at: "2026-03-01T12:00:00Z" };

interface Body {
  mode: string;
  booking_id?: string;
  send_to?: unknown;
}

beforeEach(forgetPin);

/** Opens the page, and gives what was asked of the test route so far. */
const ADA = {
  id: "bk-7",
  status: "confirmed",
  start_time: "2099-03-01T12:00:00+00:00",
  invitee_name: "Ada Example",
  invitee_email: "ada@example.org",
  event_type_name: "Intro call",
};
const BEN = { ...ADA, id: "bk-99", invitee_name: "Ben Sample" };

function open(query: string, { may_run = true, live = (): unknown => undefined } = {}) {
  const asked: Body[] = [];
  serve({
    "GET /me": {
      name: "olive",
      may_edit: true,
      may_run,
      is_admin: false,
      own_names: null,
      has_history: true,
      email: "olive@example.org",
      test_recipients: ["qa@example.org"],
    },
    "GET /workflows/hello": { id: "hello", name: "Hello", state: "active", spec: {} },
    "GET /executions": { executions: [EXECUTION], next_cursor: null },
    "GET /bookings": { bookings: [ADA, BEN] },
    "POST /workflows/hello/test": async (request: Request) => {
      const body = (await request.json()) as Body;
      asked.push(body);
      if (body.mode !== "live_test") return TRIAL;
      return live() ?? { ...TRIAL, deliveries: [DELIVERY] };
    },
  });
  const path = "/plugin/workflows/workflow/:id/test";
  renderPage(
    <Routes>
      <Route path={path} element={<TrialPage />} />
    </Routes>,
    `${path.replace(":id", "hello")}${query}`,
  );
  return asked;
}

it("says action by action what would happen, and why", async () => {
  const asked = open("");
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  expect(screen.getByText(/1 message would be sent: 1 action would run, 1 skipped/)).toBeVisible();
  const why = screen.getByText("not met, because", { exact: false });
  expect(why).toHaveTextContent("not met, because has_phone is false, not true");
  expect(asked).toEqual([{ mode: "mock_data" }]);
});

it("tries a real booking, and keeps it for the builder", async () => {
  const asked = open("?mode=real");
  expect(await screen.findByRole("searchbox", { name: /Which booking/ })).toBeVisible();
  await screen.findByRole("option", { name: "Ada Example (bk-7)" });
  await userEvent.selectOptions(screen.getByLabelText("Show it for"), "bk-7");
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  expect(asked).toEqual([{ mode: "real_data", booking_id: "bk-7" }]);
  expect(screen.getByRole("link", { name: "Edit" })).toHaveAttribute(
    "href",
    "/plugin/workflows/workflow/hello?booking=bk-7",
  );
});

it("finds any other booking by the name of who booked", async () => {
  const asked = open("?mode=real");
  await screen.findByRole("option", { name: "Ada Example (bk-7)" });
  await userEvent.type(screen.getByRole("searchbox", { name: /Which booking/ }), "ben");
  await userEvent.click(await screen.findByRole("button", { name: /Ben Sample.*bk-99/ }));
  await screen.findByText("Hello Ada");
  expect(asked.at(-1)).toEqual({ mode: "real_data", booking_id: "bk-99" });
});

it("finds a booking from the choice as well", async () => {
  open("?mode=live");
  await screen.findByRole("option", { name: "Ada Example (bk-7)" });
  await userEvent.selectOptions(screen.getByLabelText("Show it for"), "other");
  expect(screen.getByRole("searchbox", { name: "Find a booking" })).toBeVisible();
});

it("warns before it sends, and sends only what was confirmed", async () => {
  const asked = open("?mode=live");
  expect(await screen.findByText("This really sends")).toBeVisible();
  const field = screen.getByLabelText("E-mail to");
  expect(await screen.findByText(/Left empty: olive@example.org/)).toHaveTextContent(
    "Allowed: olive@example.org, qa@example.org.",
  );
  expect(screen.queryByLabelText("Text messages to")).toBeNull();
  await userEvent.type(field, "me@example.org");
  await userEvent.click(screen.getByRole("button", { name: "Send 1 test message…" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(within(dialog).getByText("me@example.org")).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Do not send" }));
  expect(asked.filter(({ mode }) => mode === "live_test")).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Send 1 test message…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Send now" }));
  expect(await screen.findByText("What was sent")).toBeVisible();
  expect(screen.getByText("olive@example.org")).toBeVisible();
  expect(asked.filter(({ mode }) => mode === "live_test")).toEqual([
    { mode: "live_test", send_to: { email: "me@example.org" } },
  ]);
});

it("says why a test was refused", async () => {
  open("?mode=live", { live: () => problem(422, "send_to: that address is not allowed") });
  await userEvent.click(await screen.findByRole("button", { name: "Send 1 test message…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Send now" }));
  expect(await screen.findByText(/that address is not allowed/)).toBeVisible();
});

it("does not offer to send to who may not run the workflow", async () => {
  open("?mode=live", { may_run: false });
  expect(await screen.findByText("You may not send tests of this workflow")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Send/ })).not.toBeInTheDocument();
});

it("says what a comparison with the past needs", async () => {
  open("?mode=past");
  expect(await screen.findByText("You have no unsaved changes")).toBeVisible();
});
