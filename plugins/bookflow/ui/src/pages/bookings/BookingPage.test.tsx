import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import BookingPage from "./BookingPage";

const SENT = {
  at: "2026-03-01T12:00:00+00:00",
  kind: "sent",
  workflow_id: "welcome",
  workflow_name: "Welcome",
  execution_id: "x1",
  trigger: "booking_created",
  action: "Confirm by e-mail",
  type: "send_email",
  recipient: "invitee",
  address: "ada@example.com",
  reason: null,
};
const SKIPPED = {
  ...SENT,
  kind: "skipped",
  workflow_id: "text",
  workflow_name: "Text",
  execution_id: "x2",
  action: "Text the invitee",
  type: "send_sms",
  recipient: null,
  reason: "conditions not met: has_phone equals true, but it is false",
};
const PLANNED = {
  ...SENT,
  at: "2099-03-01T12:00:00+00:00",
  kind: "planned",
  execution_id: null,
  action: "Remind by e-mail",
  reason: "will be skipped: the booking was cancelled",
};
const BOOKING = {
  id: "bk-2041",
  status: "cancelled",
  start_time: "2099-03-02T12:00:00+00:00",
  invitee: { name: "Ada Sample", phone: null, timezone: "No/Such" },
  meeting_link: "javascript:alert(1)",
  custom_answers: { topic: "Start" },
};

function open(answer: unknown, search = "") {
  serve({ "GET /bookings/bk-2041/timeline": answer });
  renderPage(
    <Routes>
      <Route path="/plugin/workflows/bookings/:id" element={<BookingPage />} />
    </Routes>,
    `/plugin/workflows/bookings/bk-2041${search}`,
  );
}
const FULL = { booking_id: "bk-2041", booking: BOOKING, entries: [PLANNED, SKIPPED, SENT] };

it("answers at once why the booking got no SMS", async () => {
  open(FULL);
  const short = within(await screen.findByRole("region", { name: "In short" }));
  expect(short.getByText("1 not sent")).toBeVisible();
  expect(short.getByRole("link", { name: "Text, Text the invitee" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions/x2",
  );
  expect(short.getByText(/has_phone is false, wanted true/)).toBeVisible();
  expect(short.getByText(/has a webhook for it/)).toBeVisible();
});

it("shows what was above and what will be below the line now", async () => {
  open(FULL);
  const was = within(await screen.findByRole("list", { name: "What was" }));
  const will = within(screen.getByRole("list", { name: "What will be" }));
  expect(was.getByText("Confirm by e-mail")).toBeVisible();
  expect(will.getByText(/Will not be sent:/)).toHaveTextContent(
    "Will not be sent: the booking was cancelled",
  );
  const line = screen.getByRole("separator", { name: "Now" });
  const after = line.compareDocumentPosition(will.getByText("Remind by e-mail"));
  expect(after & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

it("gives the booking's facts, and makes no link of what is no address of the web", async () => {
  open(FULL);
  const facts = within(await screen.findByRole("region", { name: "The booking" }));
  expect(facts.getByText("Ada Sample")).toBeVisible();
  expect(facts.getByText("“Start”")).toBeVisible();
  expect(facts.queryByRole("link")).not.toBeInTheDocument();
});

it("shows one workflow alone", async () => {
  open(FULL);
  await userEvent.setup().selectOptions(await screen.findByLabelText("Workflow"), "text");
  expect(screen.queryByText("Confirm by e-mail")).not.toBeInTheDocument();
  expect(screen.getByText("Text the invitee")).toBeVisible();
});

it("says what to check where the booking is not known", async () => {
  open(() => problem(404, "no booking is known"));
  expect(await screen.findByText("No such booking")).toBeVisible();
});

it("says so where the booking was deleted", async () => {
  open({ ...FULL, booking: null });
  expect(await screen.findByText("The booking no longer exists")).toBeVisible();
});
