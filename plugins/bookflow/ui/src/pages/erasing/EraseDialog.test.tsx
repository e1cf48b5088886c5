import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { renderPage, serve } from "../../testing/renderPage";
import { EraseButton } from "./EraseButton";
import EraseDialog from "./EraseDialog";

const REPORT = {
  id: "e1",
  dry_run: true,
  counts: { bookings: 2, deliveries: 5 },
  cancelled_executions: 1,
  left: { "spec files": 1 },
};

interface Body {
  dry_run: boolean;
}

const erase = async (request: Request) => {
  const { dry_run } = (await request.json()) as Body;
  return { ...REPORT, dry_run };
};

it("counts first, and erases only once the address was typed again", async () => {
  const asked = serve({ "POST /erasures": erase });
  renderPage(<EraseDialog email="Ada@example.org" onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Count what is kept" }));
  expect(await screen.findByText("Bookings: 2")).toBeVisible();
  expect(screen.getByText("Messages: 5")).toBeVisible();
  expect(screen.getByText("Open executions to be cancelled: 1")).toBeVisible();
  expect(screen.getByText(/Workflows name the address/)).toBeVisible();
  const button = screen.getByRole("button", { name: "Erase for good" });
  expect(button).toBeDisabled();
  const input = screen.getByRole("textbox", { name: /Type the address once more/ });
  await userEvent.type(input, "ada@example.com");
  expect(button).toBeDisabled();
  await userEvent.clear(input);
  await userEvent.type(input, "ada@example.org");
  await userEvent.click(button);
  expect(await screen.findByText("The person is erased")).toBeVisible();
  const bodies = await Promise.all(asked.map((request) => request.json() as Promise<Body>));
  expect(bodies.map(({ dry_run }) => dry_run)).toEqual([true, false]);
  expect(bodies[1]).toEqual({
    email: "Ada@example.org",
    exact: false,
    organizer: false,
    dry_run: false,
  });
});

it("counts anew for another address", async () => {
  serve({ "POST /erasures": erase });
  renderPage(<EraseDialog email="ada@example.org" onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Count what is kept" }));
  await screen.findByText("Bookings: 2");
  await userEvent.type(screen.getByRole("textbox", { name: /E-mail address/ }), "x");
  expect(screen.queryByText("Bookings: 2")).toBeNull();
  expect(screen.getByRole("button", { name: "Count what is kept" })).toBeVisible();
});

it("says so where nothing is kept", async () => {
  const nothing = { ...REPORT, counts: {}, cancelled_executions: 0, left: {} };
  serve({ "POST /erasures": nothing });
  renderPage(<EraseDialog email="ada@example.org" onClose={vi.fn()} />);
  await userEvent.click(screen.getByRole("button", { name: "Count what is kept" }));
  expect(await screen.findByText("Nothing is kept about this address")).toBeVisible();
});

it("is offered to admins alone", async () => {
  const asked = serve({ "GET /me": { name: "olive", is_admin: false } });
  renderPage(<EraseButton label="Erase a person…" />);
  await vi.waitFor(() => {
    expect(asked).toHaveLength(1);
  });
  expect(screen.queryByRole("button")).toBeNull();
});
