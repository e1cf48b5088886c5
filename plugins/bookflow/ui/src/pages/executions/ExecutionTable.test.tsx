import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import { ExecutionTable } from "./ExecutionTable";

const EXECUTION = {
  id: "01957b2e-7c1a-7f00-8000-000000000001",
  workflow_id: "welcome",
  booking_id: "bk-2041",
  trigger: "booking_created",
  status: "completed",
  actions_executed: 2,
  actions_skipped: 1,
  actions_failed: 0,
  created_at: "2026-03-01T12:00:00+00:00",
};
const LATER = { ...EXECUTION, id: "01957b2e-7c1a-7f00-8000-000000000002", booking_id: "bk-2042" };
const list = (...executions: object[]) => ({ executions, next_cursor: null });

let scrolledTo: (isAtTop: boolean) => void = () => undefined;

beforeEach(() => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(told: (entries: { isIntersecting: boolean }[]) => void) {
        scrolledTo = (isIntersecting) => {
          act(() => {
            told([{ isIntersecting }]);
          });
        };
      }
      observe = () => undefined;
      disconnect = () => undefined;
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
});

it("lists executions and links to each", async () => {
  serve({ "GET /executions": list(EXECUTION) });
  renderPage(<ExecutionTable filter={{}} />);
  const link = await screen.findByRole("link", { name: /completed/ });
  expect(link).toHaveAttribute("href", `/plugin/workflows/executions/${EXECUTION.id}`);
  expect(screen.getByRole("link", { name: "bk-2041" })).toHaveAttribute(
    "href",
    "/plugin/workflows/bookings/bk-2041",
  );
  expect(screen.getByText("2 done")).toBeVisible();
  expect(screen.queryByText(/failed/)).not.toBeInTheDocument();
});

it("gives the reason beside the status", async () => {
  const cancelled = {
    ...EXECUTION,
    status: "cancelled",
    error_message: "the booking was cancelled",
  };
  serve({ "GET /executions": list(cancelled) });
  renderPage(<ExecutionTable filter={{}} />);
  expect(await screen.findByText("The booking was cancelled")).toBeVisible();
});

it("says so where there is none", async () => {
  serve({ "GET /executions": list() });
  renderPage(<ExecutionTable filter={{}} />);
  expect(await screen.findByText("No executions")).toBeVisible();
});

it("asks with its filter", async () => {
  const asked = serve({ "GET /executions": list() });
  renderPage(<ExecutionTable filter={{ workflow: "welcome" }} />);
  await screen.findByText("No executions");
  expect(new URL(asked[0]?.url ?? "").searchParams.get("workflow")).toBe("welcome");
});

it("says what the server said where it fails", async () => {
  serve({ "GET /executions": () => problem(403, "You need the permission to read DAGs.") });
  renderPage(<ExecutionTable filter={{}} />);
  expect(await screen.findByText("You may not see this")).toBeVisible();
});

async function renderLive() {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let now = list(EXECUTION);
  serve({ "GET /executions": () => now });
  renderPage(<ExecutionTable filter={{}} />);
  await screen.findByText("bk-2041");
  return async (next: object) => {
    now = next as typeof now;
    await act(() => vi.advanceTimersByTimeAsync(5_100));
  };
}

it("puts new ones in place while one is at the top", async () => {
  const answer = await renderLive();
  scrolledTo(true);
  await answer(list(LATER, EXECUTION));
  expect(await screen.findByText("bk-2042")).toBeVisible();
  expect(screen.queryByRole("button", { name: /new/ })).not.toBeInTheDocument();
});

it("only counts new ones while one reads further down, until they are asked for", async () => {
  const answer = await renderLive();
  scrolledTo(false);
  await answer(list(LATER, EXECUTION));
  const button = await screen.findByRole("button", { name: "1 new" });
  expect(screen.queryByText("bk-2042")).not.toBeInTheDocument();
  await userEvent.setup({ advanceTimers: vi.advanceTimersByTime }).click(button);
  expect(await screen.findByText("bk-2042")).toBeVisible();
});

it("shows further down how those that are shown go on", async () => {
  const answer = await renderLive();
  scrolledTo(false);
  await answer(list({ ...EXECUTION, status: "failed" }));
  expect(await screen.findByRole("link", { name: /^failed/ })).toBeVisible();
});
