import { ChakraProvider, defaultSystem } from "@chakra-ui/react";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router-dom";
import { beforeAll, beforeEach, expect, it } from "vitest";

import { queryClient } from "../app/queryClient";
import { problem, serve } from "../testing/renderPage";
import { DagTab } from "./DagTab";
import { RunTab } from "./RunTab";
import { TaskTab } from "./TaskTab";

const EXECUTION = {
  id: "x1",
  workflow_id: "welcome",
  booking_id: "bk-2041",
  trigger: "booking_created",
  status: "completed",
  actions_executed: 1,
  actions_skipped: 0,
  actions_failed: 0,
  created_at: "2026-03-01T12:00:00+00:00",
};
const WORKFLOW = {
  id: "welcome",
  name: "Welcome",
  state: "active",
  trigger: "booking_created",
  delay_minutes: 0,
  actions: [{ name: "Confirm", type: "send_email" }],
  errors: [],
  statistics: {
    total_executions: 7,
    successful_executions: 6,
    failed_executions: 1,
    success_rate: 85.7,
    last_executed_at: null,
  },
};
const list = (...executions: object[]) => ({ executions, next_cursor: null });

/** Tabs bring their own queries and messages, but live in the host's theme and router. */
function renderTab(tab: ReactNode) {
  render(
    <ChakraProvider value={defaultSystem}>
      <MemoryRouter>{tab}</MemoryRouter>
    </ChakraProvider>,
  );
}

// loaded when a tab is opened, which may take longer than a test waits
beforeAll(async () => {
  await Promise.all([import("./DagPanel"), import("./RunPanel"), import("./TaskPanel")]);
}, 60_000);

beforeEach(() => {
  queryClient.clear();
});

it("shows the workflow of a DAG with its figures and executions", async () => {
  serve({
    "GET /workflows/welcome": WORKFLOW,
    "GET /executions": list(EXECUTION),
    "GET /me": { may_edit: true },
  });
  renderTab(<DagTab dagId="bookflow-welcome" />);
  expect(await screen.findByRole("heading", { name: "Welcome" })).toBeVisible();
  expect(screen.getByText("85.7 %")).toBeVisible();
  expect(await screen.findByRole("link", { name: "Edit workflow" })).toHaveAttribute(
    "href",
    "/plugin/workflows/workflow/welcome",
  );
  expect(await screen.findByText("bk-2041")).toBeVisible();
});

it("says kindly that a DAG is none of ours", async () => {
  serve({
    "GET /workflows/etl": () => problem(404, "there is no workflow `etl`"),
    "GET /executions": list(),
  });
  renderTab(<DagTab dagId="etl" />);
  expect(await screen.findByText("This DAG is no workflow")).toBeVisible();
});

it("shows the executions of a DAG that was written by hand", async () => {
  serve({
    "GET /workflows/by_hand": () => problem(404, "there is no workflow `by_hand`"),
    "GET /executions": list(EXECUTION),
  });
  renderTab(<DagTab dagId="by_hand" />);
  expect(await screen.findByText("bk-2041")).toBeVisible();
});

it("asks for the executions of a run alone", async () => {
  const asked = serve({ "GET /executions": list() });
  renderTab(<RunTab dagId="bookflow-welcome" runId="manual__1" />);
  expect(await screen.findByText("No executions")).toBeVisible();
  const query = new URL(asked[0]?.url ?? "").searchParams;
  expect([query.get("dag_id"), query.get("run_id")]).toEqual(["bookflow-welcome", "manual__1"]);
});

const DELIVERY = {
  id: "d1",
  recipient: "invitee",
  channel: "email",
  address: "ada@example.com",
  status: "failed",
  attempts: 1,
  rounds: 0,
  error_message: "SMTP 550: no such mailbox",
  created_at: "2026-03-01T12:00:00+00:00",
  execution_id: "x1",
  workflow_id: "welcome",
  workflow_name: "Welcome",
  booking_id: "bk-2041",
  action: "Confirm to both",
};
const sent = (deliveries: object[], next: string | null = null) => ({
  deliveries,
  next_cursor: next,
});

it("shows what a task sent, to whom, why not, and where to look further", async () => {
  const asked = serve({ "GET /deliveries": sent([DELIVERY]) });
  renderTab(<TaskTab dagId="bookflow-welcome" taskId="confirm_to_both" />);
  expect(await screen.findByText("failed")).toBeVisible();
  expect(screen.getByText("ada@example.com")).toBeVisible();
  expect(screen.getByText(/SMTP 550: no such mailbox/)).toBeVisible();
  expect(screen.getByRole("link", { name: "see the execution" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions/x1",
  );
  expect(screen.getByRole("link", { name: "bk-2041" })).toBeVisible();
  const query = new URL(asked[0]?.url ?? "").searchParams;
  expect([query.get("workflow"), query.get("task")]).toEqual(["welcome", "confirm_to_both"]);
  expect(asked).toHaveLength(1);
});

it("asks for the deliveries of a run alone", async () => {
  const asked = serve({ "GET /deliveries": sent([]), "GET /executions": list(EXECUTION) });
  renderTab(<TaskTab dagId="bookflow-welcome" taskId="confirm" runId="manual__1" />);
  expect(await screen.findByText(/has sent nothing in this run/)).toBeVisible();
  const query = new URL(asked[0]?.url ?? "").searchParams;
  expect([query.get("dag_id"), query.get("run_id")]).toEqual(["bookflow-welcome", "manual__1"]);
});

it("looks further back where the newest executions sent nothing", async () => {
  serve({
    "GET /deliveries": (request: Request) =>
      new URL(request.url).searchParams.has("cursor") ? sent([DELIVERY]) : sent([], "older"),
  });
  renderTab(<TaskTab dagId="bookflow-welcome" taskId="confirm_to_both" />);
  await userEvent.click(await screen.findByRole("button", { name: "Look further back" }));
  expect(await screen.findByText("ada@example.com")).toBeVisible();
  expect(screen.getByText("That is all of them.")).toBeVisible();
});

it("says of the last task of a run that it sends nothing", async () => {
  serve({ "GET /deliveries": sent([]), "GET /executions": list(EXECUTION) });
  renderTab(<TaskTab dagId="bookflow-welcome" taskId="finish" />);
  expect(await screen.findByText("This task sends nothing")).toBeVisible();
});

it("says of a task that its DAG is none of ours", async () => {
  serve({ "GET /deliveries": sent([]), "GET /executions": list() });
  renderTab(<TaskTab dagId="etl" taskId="extract" />);
  expect(await screen.findByText("This DAG is no workflow")).toBeVisible();
});
