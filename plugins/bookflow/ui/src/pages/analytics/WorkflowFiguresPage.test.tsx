import { screen, within } from "@testing-library/react";
import { Route, Routes } from "react-router-dom";
import { expect, it, vi } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import { FAILURES, REPORT } from "./testFigures";
import WorkflowFiguresPage from "./WorkflowFiguresPage";

vi.mock("./EChart", () => ({ default: () => null }));

const page = (
  <Routes>
    <Route path="/plugin/workflows/workflow/:id/figures" element={<WorkflowFiguresPage />} />
  </Routes>
);
const AT = "/plugin/workflows/workflow/tell-crm/figures";
const SUMMARY = "GET /workflows/tell-crm/execution-summary";

it("tells action by action what failed and was skipped, with links", async () => {
  serve({ [SUMMARY]: REPORT, "GET /analytics/failures": FAILURES });
  renderPage(page, AT);
  const table = await screen.findByRole("table", { name: "Action by action" });
  expect(within(table).getByText(/The server answered 503/)).toBeVisible();
  expect(within(table).getByRole("link", { name: "2×" })).toHaveAttribute(
    "href",
    "/plugin/workflows/executions?workflow=tell-crm&cause=cancelled",
  );
});

it("links to the newest failed executions and their bookings", async () => {
  serve({ [SUMMARY]: REPORT, "GET /analytics/failures": FAILURES });
  renderPage(page, AT);
  const table = await screen.findByRole("table", { name: "Newest failed executions" });
  expect(within(table).getByText("Tell the CRM: the server answered 503")).toBeVisible();
  expect(within(table).getByRole("link", { name: "bk-2041" })).toHaveAttribute(
    "href",
    "/plugin/workflows/bookings/bk-2041",
  );
});

it("offers a trial to one that never ran", async () => {
  const nothing = { ...REPORT.executions, created: 0, ended: 0 };
  const statistics = { ...REPORT.statistics, total_executions: 0 };
  serve({ [SUMMARY]: { ...REPORT, executions: nothing, statistics, recent_failures: [] } });
  renderPage(page, AT);
  expect(await screen.findByRole("link", { name: "Try it out" })).toHaveAttribute(
    "href",
    "/plugin/workflows/workflow/tell-crm/test",
  );
});

it("says that there is no such workflow", async () => {
  serve({ [SUMMARY]: () => problem(404, "there is no workflow `tell-crm`") });
  renderPage(page, AT);
  expect(await screen.findByText(/there is no workflow/)).toHaveTextContent("tell-crm");
});
