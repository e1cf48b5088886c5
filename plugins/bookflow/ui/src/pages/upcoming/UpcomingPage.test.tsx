import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { renderPage, serve } from "../../testing/renderPage";
import UpcomingPage from "./UpcomingPage";

const ITEM = {
  workflow_id: "remind",
  workflow_name: "A day before",
  booking_id: "bk-2041",
  trigger: "before_meeting",
  due_at: "2099-03-01T12:00:00+00:00",
  status: "planned",
  reason: null,
  execution_id: null,
};
const open = (...upcoming: object[]) => {
  serve({
    "GET /upcoming": { upcoming, until: ITEM.due_at, has_more: false },
    "GET /workflows": { workflows: [], next_cursor: null },
  });
  renderPage(<UpcomingPage />, "/plugin/workflows/upcoming");
};

it("lists what is planned, with links", async () => {
  open(ITEM);
  expect(await screen.findByRole("link", { name: "bk-2041" })).toHaveAttribute(
    "href",
    "/plugin/workflows/bookings/bk-2041",
  );
  expect(screen.getByText("planned")).toBeVisible();
});

it("tells what will not be sent from what is put off", async () => {
  open(
    { ...ITEM, reason: "the booking was cancelled" },
    { ...ITEM, status: "pending", reason: "put off until 2099-03-02T12:00:00+00:00" },
  );
  expect(await screen.findByText("will not be sent")).toBeVisible();
  expect(screen.getByText("put off")).toBeVisible();
  expect(screen.getByText(/Nothing will be sent, as things stand: the booking/)).toBeVisible();
});

it("says so where nothing is planned", async () => {
  open();
  expect(await screen.findByText("Nothing is planned")).toBeVisible();
});
