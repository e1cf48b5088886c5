import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router-dom";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../testing/renderPage";
import { EDITOR, sampleWorkflow, VIEWER } from "../dashboard/sampleWorkflow";
import { sampleTemplate } from "./sampleTemplate";
import TemplatePage from "./TemplatePage";
import TemplatesPage from "./TemplatesPage";

const AHEAD = {
  name: "ahead",
  type: "duration" as const,
  label: "How long before",
  description: "Such as 24h or 2d.",
  default: "24h",
  example: null,
  required: false,
  choices: [],
  minimum: null,
  maximum: null,
};
const PAGE = { ...AHEAD, name: "page", type: "url" as const, label: "Page", default: null };

function Where() {
  return <output>{useLocation().pathname}</output>;
}

function open(id: string, answers: Record<string, unknown>) {
  const template = sampleTemplate({ id, parameters: [AHEAD, { ...PAGE, required: true }] });
  const asked = serve({
    "GET /me": { ...EDITOR, own_names: ["olive@example.org"] },
    "GET /workflows": { workflows: [], next_cursor: null },
    [`GET /templates/${id}`]: template,
    ...answers,
  });
  renderPage(
    <Routes>
      <Route path="/plugin/workflows/templates/:id" element={<TemplatePage />} />
      <Route path="*" element={<Where />} />
    </Routes>,
    `/plugin/workflows/templates/${id}`,
  );
  return asked;
}

it("lists templates by what they are for, with how often they were used", async () => {
  serve({
    "GET /templates": {
      templates: [
        sampleTemplate(),
        sampleTemplate({ id: "crm", name: "CRM", category: "booking", usage_count: 0 }),
      ],
      errors: [],
    },
  });
  renderPage(<TemplatesPage />);
  expect(await screen.findByRole("heading", { name: "Reminder" })).toBeVisible();
  expect(screen.getByText("Used 12 times")).toBeVisible();
  await userEvent.type(screen.getByLabelText("Search"), "crm");
  expect(screen.queryByText("Reminder by e-mail")).not.toBeInTheDocument();
  expect(screen.getByRole("link", { name: "CRM" })).toBeVisible();
});

it("says which template files cannot be used, and shows the others", async () => {
  const issue = { file: "own.yaml", line: 3, key: "", message: "is no mapping" };
  serve({ "GET /templates": { templates: [sampleTemplate()], errors: [issue] } });
  renderPage(<TemplatesPage />);
  expect(await screen.findByText(/own.yaml, line 3: is no mapping/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Reminder by e-mail" })).toBeVisible();
});

it("asks for what is needed before it asks the server", async () => {
  const asked = open("needs", {});
  await userEvent.click(await screen.findByRole("button", { name: "Create workflow" }));
  expect(await screen.findByText("This is needed")).toBeVisible();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});

it("says beside the field what the server finds wrong with a value", async () => {
  open("wrong", {
    "POST /templates/wrong/create": () =>
      problem(422, "page: must begin with https", {
        errors: [{ field: "parameters.page", message: "must begin with https://" }],
      }),
  });
  await userEvent.type(await screen.findByRole("textbox", { name: /Page/ }), "x");
  await userEvent.click(screen.getByRole("button", { name: "Create workflow" }));
  expect(await screen.findByText("must begin with https://")).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Page/ })).toBeInvalid();
});

it("makes the workflow, and goes on to its builder", async () => {
  const asked = open("makes", {
    "POST /templates/makes/create": { ...sampleWorkflow({ id: "mine" }), yaml: "", diff: "" },
  });
  const page = await screen.findByRole("textbox", { name: /Page/ });
  await userEvent.type(page, "https://example.com");
  const name = screen.getByRole("textbox", { name: /Name/ });
  await userEvent.clear(name);
  await userEvent.type(name, "My own");
  await userEvent.click(screen.getByRole("button", { name: "Create workflow" }));
  expect(await screen.findByText("/plugin/workflows/workflow/mine")).toBeVisible();
  const sent = asked.filter(({ method, url }) => method === "POST" && !url.includes("dry_run"));
  expect(await sent[0]?.json()).toEqual({
    id: "my-own",
    name: "My own",
    organizer: "olive@example.org",
    is_active: true,
    parameters: { ahead: "24h", page: "https://example.com" },
  });
});

it("shows those who may only look what a template makes, and whom to ask", async () => {
  const asked = open("looks", { "GET /me": VIEWER });
  expect(await screen.findByText("id: reminder")).toBeVisible();
  await waitFor(() => {
    expect(screen.getByRole("textbox", { name: /Page/ })).toBeDisabled();
  });
  expect(screen.getByText(/ask whoever looks after Airflow/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Create workflow" })).not.toBeInTheDocument();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});
