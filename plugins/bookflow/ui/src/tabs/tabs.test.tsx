import { ChakraProvider, defaultSystem } from "@chakra-ui/react";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router-dom";
import { beforeAll, beforeEach, expect, it } from "vitest";

import { queryClient } from "../app/queryClient";
import { problem, serve } from "../testing/renderPage";
import { DagTab } from "./DagTab";
import { RunTab } from "./RunTab";
import { isTaskOf } from "./taskIds";
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
const LOGGED = { type: "send_email", status: "completed", attempts: 1, deliveries: [] };
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

it("shows of a task what its own action did", async () => {
  serve({
    "GET /executions": list(EXECUTION),
    "GET /executions/x1": {
      ...EXECUTION,
      execution_log: [
        { ...LOGGED, action: "Tell the CRM" },
        { ...LOGGED, action: "Confirm to both" },
      ],
    },
    "GET /me": {},
  });
  renderTab(<TaskTab dagId="bookflow-welcome" taskId="confirm_to_both" />);
  expect(await screen.findByText("Confirm to both")).toBeVisible();
  expect(screen.queryByText("Tell the CRM")).not.toBeInTheDocument();
});

it("knows the task of an action as the DAG factory names it", () => {
  expect(isTaskOf("tell_the_crm", "Tell the CRM")).toBe(true);
  expect(isTaskOf("cafe_1", "Café & 1")).toBe(true);
  expect(isTaskOf("send", "send")).toBe(true);
  expect(isTaskOf("tell_the_crm_2", "Tell the CRM")).toBe(false);
  expect(isTaskOf("a_b_0123456789", "A 确 b")).toBe(true);
  expect(isTaskOf("action_0123456789", "确认")).toBe(true);
  expect(isTaskOf("action_0123456789", "Confirm")).toBe(false);
});
