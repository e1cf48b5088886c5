import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { WorkflowSummary } from "../../api/schema";
import { problem, renderPage, serve } from "../../testing/renderPage";
// loaded before the tests: they are about what dialogs do, not how they come
import "./ActivationDialog";
import "./BulkTestDialog";
import "./DeleteDialog";
import "./DuplicateDialog";

import { DashboardPage } from "./DashboardPage";
import { EDITOR, sampleWorkflow, VIEWER } from "./sampleWorkflow";

const REMINDER = sampleWorkflow({
  id: "reminder",
  name: "Reminder",
  trigger: "before_meeting",
  delay_minutes: 1440,
  state: "invalid",
  version: "aaaaaaaaaaaa",
  errors: [
    {
      file: "reminder.yaml",
      line: 4,
      column: 1,
      key: "actions[0].subject",
      message: "`invitee_mail` is not a field",
      suggestion: "invitee_email",
      code: "unknown-field",
    },
  ],
});

const CHOICES = {
  workflows: { active: 1200, inactive: 3, invalid: 1 },
  organizers: ["ana@example.org", "olive@example.org"],
  event_types: ["intro-call"],
  triggers: ["before_meeting", "booking_created"],
};

function serveList(workflows: WorkflowSummary[], more: Record<string, unknown> = {}) {
  return serve({
    "GET /workflows": { workflows, next_cursor: null },
    "GET /me": EDITOR,
    "GET /incidents": { incidents: [], next_cursor: null },
    "GET /choices": CHOICES,
    ...more,
  });
}

const listsOf = (asked: Request[]) =>
  asked
    .map(({ url }) => new URL(url))
    .filter((url) => url.pathname.endsWith("/workflows") && url.searchParams.has("sort"))
    .map(({ searchParams }) => searchParams);

afterEach(() => {
  vi.useRealTimers();
});

async function openMenu(name: string) {
  await userEvent.click(await screen.findByRole("button", { name: `More for ${name}` }));
}

it("says of each workflow when it runs, how well, and what is wrong", async () => {
  serveList([sampleWorkflow(), REMINDER]);
  renderPage(<DashboardPage />);
  const row = (await screen.findByRole("link", { name: "Reminder" })).closest("tr");
  expect(row).toHaveTextContent("1 day before the meeting");
  expect(row).toHaveTextContent("Line 4: invitee_mail is not a field");
  const other = screen.getByRole("link", { name: "Welcome" }).closest("tr");
  expect(other).toHaveTextContent("When a booking is made");
  expect(screen.getAllByText("98.3 %")).toHaveLength(2);
  expect(await screen.findByRole("link", { name: /^Active workflows: 1.200$/ })).toBeVisible();
  expect(screen.getByRole("link", { name: "1 invalid" })).toBeVisible();
});

it("does without the bars where the server knows none", async () => {
  serveList([sampleWorkflow()]);
  renderPage(<DashboardPage />);
  await screen.findByRole("link", { name: "Welcome" });
  expect(screen.queryByText("14 days")).not.toBeInTheDocument();
});

it("draws the last days, and says them", async () => {
  const activity = {
    days: ["2026-03-01"],
    workflows: { welcome: { completed: [3], failed: [1] } },
  };
  serveList([sampleWorkflow()], { "GET /analytics/activity": activity });
  renderPage(<DashboardPage />);
  expect(await screen.findByRole("img", { name: /3 completed, 1 failed/ })).toBeVisible();
});

it("asks with the filters of the address, and changes them", async () => {
  const asked = serveList([sampleWorkflow()]);
  renderPage(<DashboardPage />, "/plugin/workflows?state=active&sort=-success_rate");
  await screen.findByRole("link", { name: "Welcome" });
  expect(listsOf(asked)[0]?.get("state")).toBe("active");
  expect(listsOf(asked)[0]?.get("sort")).toBe("-success_rate");
  await userEvent.selectOptions(screen.getByLabelText("State"), "invalid");
  await waitFor(() => {
    expect(listsOf(asked).at(-1)?.get("state")).toBe("invalid");
  });
  await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
  await waitFor(() => {
    expect(listsOf(asked).at(-1)?.has("state")).toBe(false);
  });
});

it("offers what there is, without reading the workflows for it", async () => {
  const asked = serveList([sampleWorkflow()]);
  renderPage(<DashboardPage />);
  const organizers = await screen.findByLabelText("Organizer");
  expect(await within(organizers).findByText("ana@example.org")).toBeInTheDocument();
  expect(within(screen.getByLabelText("Event type")).getByText("intro-call")).toBeInTheDocument();
  const lists = asked.filter(({ url }) => new URL(url).pathname.endsWith("/workflows"));
  expect(lists).toHaveLength(1);
});

it("shows long lists whole, and says when some of them are selected", async () => {
  const many = Array.from({ length: 24 }, (_, place) =>
    sampleWorkflow({ id: `w-${String(place)}`, name: `Workflow ${String(place)}` }),
  );
  serveList(many);
  renderPage(<DashboardPage />);
  expect(await screen.findByText("Workflow 23")).toBeVisible();
  await userEvent.click(screen.getByLabelText("Select Workflow 23"));
  expect(await screen.findByText("1 selected")).toBeVisible();
  expect(screen.getByLabelText("Select all workflows shown")).toBePartiallyChecked();
});

it("searches once typing pauses", async () => {
  const asked = serveList([sampleWorkflow()]);
  renderPage(<DashboardPage />);
  await screen.findByRole("link", { name: "Welcome" });
  vi.useFakeTimers();
  fireEvent.change(screen.getByLabelText("Search"), { target: { value: "wel" } });
  await act(() => vi.advanceTimersByTimeAsync(200));
  expect(listsOf(asked).some((query) => query.has("search"))).toBe(false);
  await act(() => vi.advanceTimersByTimeAsync(200));
  expect(listsOf(asked).at(-1)?.get("search")).toBe("wel");
});

it("sorts by the heads of columns, and says so", async () => {
  const asked = serveList([sampleWorkflow()]);
  renderPage(<DashboardPage />);
  const head = () => screen.findByRole("columnheader", { name: "Success rate" });
  expect(await head()).toHaveAttribute("aria-sort", "none");
  await userEvent.click(within(await head()).getByRole("button"));
  await waitFor(() => {
    expect(listsOf(asked).at(-1)?.get("sort")).toBe("success_rate");
  });
  expect(await head()).toHaveAttribute("aria-sort", "ascending");
});

it("leads newcomers to templates", async () => {
  serveList([]);
  renderPage(<DashboardPage />);
  const link = await screen.findByRole("link", { name: "Choose a template" });
  expect(link).toHaveAttribute("href", "/plugin/workflows/templates");
});

it("offers those who may only look nothing they may not do", async () => {
  serveList([sampleWorkflow()], { "GET /me": VIEWER });
  renderPage(<DashboardPage />);
  await openMenu("Welcome");
  expect(await screen.findByRole("menuitem", { name: "History" })).toBeVisible();
  expect(screen.queryByRole("menuitem", { name: "Delete…" })).not.toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "New workflow" })).not.toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Open Welcome" })).toBeVisible();
});

it("tells what became of each workflow that was switched", async () => {
  const asked = serveList([sampleWorkflow(), REMINDER], {
    "POST /workflows/bulk": {
      results: [
        { id: "reminder", status: "refused", error: { type: "x", message: "it is not valid" } },
        { id: "welcome", status: "changed", error: null },
      ],
    },
  });
  renderPage(<DashboardPage />);
  await userEvent.click(await screen.findByLabelText("Select all workflows shown"));
  await userEvent.click(await screen.findByRole("button", { name: "Deactivate…" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText(/reminders that are planned do not go out/)).toBeVisible();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Deactivate" }));
  expect(await within(dialog).findByText(/was not changed: it is not valid/)).toBeVisible();
  expect(within(dialog).getByText(/is not active any more/)).toBeVisible();
  const sent: unknown = await asked.find(({ method }) => method === "POST")?.json();
  expect(sent).toMatchObject({ ids: ["welcome", "reminder"], change: { is_active: false } });
});

it("tests the chosen workflows without sending", async () => {
  serveList([sampleWorkflow()], {
    "POST /bulk-test": {
      mode: "mock_data",
      results: [
        {
          workflow_id: "welcome",
          name: "Welcome",
          outcome: "passed",
          reason: null,
          totals: { would_run: 2, waits: 0, skipped: 0, invalid: 0, messages: 3 },
          actions: [],
        },
      ],
    },
  });
  renderPage(<DashboardPage />);
  await userEvent.click(await screen.findByLabelText("Select Welcome"));
  await userEvent.click(await screen.findByRole("button", { name: "Test…" }));
  expect(await screen.findByText("2 would run; 3 messages")).toBeVisible();
});

it("deletes only the version that was seen", async () => {
  const asked = serveList([sampleWorkflow()], {
    "DELETE /workflows/welcome": () => problem(412, "`welcome` was changed meanwhile"),
  });
  renderPage(<DashboardPage />);
  await openMenu("Welcome");
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  expect(await screen.findByText("Somebody changed it meanwhile")).toBeVisible();
  const sent = asked.find(({ method }) => method === "DELETE");
  expect(sent?.headers.get("if-match")).toBe('"3f2a9c01b7de"');
});

it("keeps the way back to what was deleted", async () => {
  serveList([sampleWorkflow()], { "DELETE /workflows/welcome": sampleWorkflow() });
  renderPage(<DashboardPage />);
  await openMenu("Welcome");
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  const back = await screen.findByRole("link", { name: "Open its history to bring it back" });
  expect(back).toHaveAttribute("href", "/plugin/workflows/workflow/welcome/history");
});

it("says beside the field why a copy is refused", async () => {
  const asked = serveList([sampleWorkflow()], {
    "POST /workflows/welcome/duplicate": () =>
      problem(409, "there is a workflow `welcome-copy` already"),
  });
  renderPage(<DashboardPage />);
  await openMenu("Welcome");
  await userEvent.click(await screen.findByRole("menuitem", { name: "Duplicate…" }));
  await userEvent.click(await screen.findByRole("button", { name: "Duplicate" }));
  expect(await screen.findByText("there is a workflow `welcome-copy` already")).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Id/ })).toBeInvalid();
  const sent: unknown = await asked.find(({ method }) => method === "POST")?.json();
  expect(sent).toEqual({ id: "welcome-copy", name: "Welcome (copy)" });
});

it("says what to do where the list fails", async () => {
  serveList([], { "GET /workflows": () => problem(503, "The database is away.") });
  renderPage(<DashboardPage />);
  expect(await screen.findByText("The database is away.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
});
