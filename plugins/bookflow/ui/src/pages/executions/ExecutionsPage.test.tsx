import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router-dom";
import { expect, it } from "vitest";

import { renderPage, serve } from "../../testing/renderPage";
import ExecutionsPage from "./ExecutionsPage";

function Address() {
  return <output aria-label="address">{useLocation().search}</output>;
}

function open(search = "") {
  const asked = serve({
    "GET /executions": { executions: [], next_cursor: null },
    "GET /workflows": { workflows: [{ id: "welcome" }], next_cursor: null },
    "GET /context-fields": { triggers: [{ name: "manual" }] },
  });
  renderPage(
    <>
      <ExecutionsPage />
      <Address />
    </>,
    `/plugin/workflows/executions${search}`,
  );
  const last = () =>
    new URL(asked.filter(({ url }) => url.includes("/executions?")).at(-1)?.url ?? "").searchParams;
  return { last };
}

it("takes its filters from the address", async () => {
  const { last } = open("?status=failed,cancelled&workflow=welcome");
  await screen.findByText("No executions");
  expect(last().get("status")).toBe("failed,cancelled");
  expect(screen.getByRole("button", { name: "failed" })).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByLabelText("Workflow")).toHaveValue("welcome");
}, 20_000);

it("puts its filters into the address, and clears them", async () => {
  const { last } = open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "pending" }));
  await user.type(screen.getByLabelText("Booking"), "bk-1{Enter}");
  await user.selectOptions(screen.getByLabelText("Failures"), "true");
  expect(screen.getByLabelText("address")).toHaveTextContent(
    "?status=pending&booking=bk-1&failures=true",
  );
  await waitFor(() => {
    expect(last().get("booking")).toBe("bk-1");
  });
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(screen.getByLabelText("address")).toBeEmptyDOMElement();
  expect(screen.getByLabelText("Booking")).toHaveValue("");
}, 20_000);

it("exports what the filters leave", async () => {
  open("?status=failed");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /Export/ }));
  const file = await screen.findByRole("menuitem", { name: "CSV, a row per action" });
  const address = new URL(file.getAttribute("href") ?? "");
  expect(address.pathname).toMatch(/\/api\/v1\/executions\/export$/);
  expect(Object.fromEntries(address.searchParams)).toEqual({
    status: "failed",
    format: "csv",
    include: "actions",
  });
}, 20_000);
