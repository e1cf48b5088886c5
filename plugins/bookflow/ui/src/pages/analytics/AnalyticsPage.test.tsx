import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import AnalyticsPage from "./AnalyticsPage";
import { ACTIONS, FAILURES, QUIET, SKIPS, STATS } from "./testFigures";

// the chart itself needs a browser
vi.mock("./EChart", () => ({ default: () => null }));

const AT = "/plugin/workflows/analytics";
const ANSWERS = {
  "GET /performance-stats": STATS,
  "GET /analytics/failures": FAILURES,
  "GET /analytics/skips": SKIPS,
  "GET /analytics/actions": ACTIONS,
  "GET /workflows": { workflows: [], next_cursor: null },
  "GET /context-fields": {
    domain: "booking",
    fields: [],
    open_prefixes: [],
    triggers: [],
    updatable_fields: {},
  },
};

it("answers at a glance which workflow fails most, and links to why", async () => {
  serve(ANSWERS);
  renderPage(<AnalyticsPage />, AT);
  expect(
    await screen.findByRole("heading", {
      name: /Tell the CRM of bookings fails most: 4 of 20 executions failed/,
    }),
  ).toBeVisible();
  for (const link of screen.getAllByRole("link", { name: "Tell the CRM of bookings" })) {
    expect(link).toHaveAttribute("title", "tell-crm");
    expect(link).toHaveAttribute("href", "/plugin/workflows/workflow/tell-crm/figures");
  }
  expect(screen.getByRole("link", { name: "4 times" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions?workflow=tell-crm&cause=http-503&failures=true",
  );
});

it("compares with the period before in words", async () => {
  serve(ANSWERS);
  renderPage(<AnalyticsPage />, AT);
  expect(await screen.findByText("2 fewer than in the period before (−33.3 %)")).toBeVisible();
  expect(screen.getByText("better by 2.5 points: 94 % in the period before")).toBeVisible();
});

it("says only once that there is nothing to compare with", async () => {
  const none = { created: 0, ended: 0, successful: 0, failed: 0, cancelled: 0, success_rate: null };
  const latency = { count: 0, p50_ms: null, p90_ms: null, p95_ms: null, p99_ms: null };
  const compared_with = { ...STATS.compared_with, executions: none, latency };
  serve({ ...ANSWERS, "GET /performance-stats": { ...STATS, compared_with } });
  renderPage(<AnalyticsPage />, AT);
  expect(await screen.findAllByText(/nothing to compare with/)).toHaveLength(1);
  expect(screen.queryByText(/fewer than in the period before/)).toBeNull();
});

it("shows the figures of a chart as a table on demand", async () => {
  serve(ANSWERS);
  renderPage(<AnalyticsPage />, AT);
  const panel = await screen.findByRole("region", { name: "How executions ended" });
  expect(within(panel).getByRole("img")).toHaveAccessibleName(/110 completed, 4 failed/);
  await userEvent.click(within(panel).getByRole("button", { name: "Show as table" }));
  const table = within(panel).getByRole("table");
  expect(within(table).getByRole("columnheader", { name: "Failed" })).toBeVisible();
  expect(within(table).getByRole("cell", { name: "110" })).toBeVisible();
  expect(within(panel).queryByRole("img")).toBeNull();
});

it("asks anew for another period", async () => {
  const asked = serve(ANSWERS);
  renderPage(<AnalyticsPage />, AT);
  await userEvent.click(await screen.findByRole("button", { name: "7 days" }));
  await screen.findByRole("heading", { name: /fails most/ });
  const periods = asked.map(({ url }) => new URL(url).searchParams.get("period"));
  expect(periods).toContain("7d");
  expect(screen.getByRole("button", { name: "7 days" })).toHaveAttribute("aria-pressed", "true");
});

it("says what to do where nothing happened", async () => {
  serve({ ...ANSWERS, "GET /performance-stats": QUIET });
  renderPage(<AnalyticsPage />, AT);
  expect(await screen.findByText("Nothing happened in this period")).toBeVisible();
  expect(screen.getByText(/Choose a longer period or fewer filters/)).toBeVisible();
});

it("says so where nothing failed", async () => {
  const executions = { ...STATS.executions, failed: 0 };
  serve({ ...ANSWERS, "GET /performance-stats": { ...STATS, executions, problematic: [] } });
  renderPage(<AnalyticsPage />, AT);
  expect(await screen.findByText("Nothing failed")).toBeVisible();
});

it("says what the server said where it fails, with the filters still there", async () => {
  serve({ ...ANSWERS, "GET /performance-stats": () => problem(422, "since: lies too far back") });
  renderPage(<AnalyticsPage />, AT);
  expect(await screen.findByText(/lies too far back/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  expect(screen.getByRole("button", { name: "90 days" })).toBeVisible();
});
