import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { renderPage, serve } from "../testing/renderPage";
import { BookingFinder } from "./BookingFinder";

const ADA = {
  id: "bk-1",
  status: "confirmed",
  start_time: "2099-03-01T12:00:00+00:00",
  invitee_name: "Ada Example",
  invitee_email: "ada@example.org",
  event_type_name: "Intro call",
};
const BEN = { ...ADA, id: "bk-2", status: "cancelled", invitee_name: null };

function answer(request: Request) {
  const search = new URL(request.url).searchParams.get("search");
  if (search === "nobody") return { bookings: [] };
  return { bookings: search ? [ADA] : [BEN, ADA] };
}

it("offers the newest bookings at once, and what fits what is typed", async () => {
  serve({ "GET /bookings": answer });
  const choose = vi.fn();
  renderPage(<BookingFinder onChoose={choose} />);
  expect(await screen.findAllByRole("button")).toHaveLength(2);
  await userEvent.type(screen.getByRole("searchbox", { name: "Find a booking" }), "ada");
  await screen.findByRole("list", { name: "Bookings found" });
  await userEvent.click(screen.getByRole("button", { name: /Ada Example.*bk-1/ }));
  expect(choose).toHaveBeenCalledExactlyOnceWith("bk-1");
});

it("leads to bookings where it is asked for links", async () => {
  serve({ "GET /bookings": answer });
  renderPage(<BookingFinder linkTo={(id) => `/at/${id}`} />);
  expect(await screen.findByRole("link", { name: /Ada Example/ })).toHaveAttribute(
    "href",
    "/at/bk-1",
  );
});

it("says what to look at where nothing fits", async () => {
  serve({ "GET /bookings": answer });
  renderPage(<BookingFinder onChoose={vi.fn()} />);
  await userEvent.type(await screen.findByRole("searchbox"), "nobody");
  expect(await screen.findByText(/No booking fits “nobody”/)).toBeVisible();
});
