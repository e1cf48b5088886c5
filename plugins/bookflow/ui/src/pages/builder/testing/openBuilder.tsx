import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router-dom";
import { expect } from "vitest";

import { renderPage, serve } from "../../../testing/renderPage";
import BuilderPage from "../BuilderPage";
import { changeDraft, keepDraft, NEW, withText } from "../draft/drafts";

/** The file of a workflow. */
export const YAML =
  "# ours\nid: welcome\norganizer: olive@example.org\nname: Welcome\ntrigger: booking_created\nactions:\n  - name: Mail\n    type: webhook\n    webhook_conn_id: crm\n";
/** What it says. */
export const SPEC = {
  id: "welcome",
  organizer: "olive@example.org",
  name: "Welcome",
  trigger: "booking_created",
  actions: [{ name: "Mail", type: "webhook", webhook_conn_id: "crm" }],
};
/** It as the API gives it. */
export const WORKFLOW = {
  ...SPEC,
  state: "active",
  version: "v1",
  path: "welcome.yaml",
  updated_at: "2026-03-01T12:00:00Z",
  spec: SPEC,
  yaml: YAML,
  errors: [],
  warnings: [],
  is_active: true,
};
/** The answer to saving it. */
export const SAVED = { ...WORKFLOW, version: "v2", saved: true, commit: "9f8e7d6c5b", diff: "" };
/** Who edits. */
export const ME = {
  name: "ed",
  may_edit: true,
  may_run: true,
  is_admin: false,
  own_names: null,
  has_history: true,
};
const WORDS = {
  domain: "booking",
  fields: [],
  operators: {},
  open_prefixes: [],
  updatable_fields: {},
  triggers: [
    { name: "booking_created", description: "A booking was made.", anchor: null },
    { name: "before_meeting", description: "The time has come.", anchor: "start_time" },
  ],
};

type Answers = Parameters<typeof serve>[0];

/** Opens the page with a server that answers like this. */
export function open(answers: Answers = {}, at = "/workflow/welcome") {
  const asked = serve({
    "GET /me": ME,
    "GET /workflows/welcome": WORKFLOW,
    "GET /workflows": { workflows: [], next_cursor: null },
    "GET /executions": { executions: [], next_cursor: null },
    "GET /context-fields": WORDS,
    "GET /schema": {},
    ...answers,
  });
  renderPage(
    <Routes>
      <Route path="/new" element={<BuilderPage />} />
      <Route path="/workflow/:id" element={<BuilderPage />} />
      <Route path="*" element={<p>another page</p>} />
    </Routes>,
    at,
  );
  return asked;
}

const isDry = (request: Request) => new URL(request.url).searchParams.get("dry_run") === "true";
/** The requests that save. */
export const written = (asked: Request[]) =>
  asked.filter((request) => ["PUT", "POST"].includes(request.method) && !isDry(request));
/** The field of the name. */
export const name = () => screen.findByRole("textbox", { name: "Name of the workflow" });

/** Gives it another name. */
export async function rename(to: string) {
  const field = await name();
  await waitFor(() => {
    expect(field).toBeEnabled();
  });
  await userEvent.tripleClick(field);
  await userEvent.paste(to);
}

/** Ends all edits, such as between tests. */
export function forgetDrafts(): void {
  cleanup();
  keepDraft("welcome", undefined);
  keepDraft(NEW, undefined);
}

/** Stands in for the editor of YAML, which needs a browser that lays out. */
export function PlainYaml({ snapshot }: { snapshot: { text: string } }) {
  return (
    <textarea
      aria-label="YAML"
      value={snapshot.text}
      onChange={({ currentTarget }) => {
        changeDraft("welcome", (draft) => withText(draft, currentTarget.value));
      }}
    />
  );
}
