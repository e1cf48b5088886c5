import type { WorkflowSummary } from "../../api/schema";

/** A workflow for tests; what a test is about it says itself. */
export function sampleWorkflow(changes: Partial<WorkflowSummary> = {}): WorkflowSummary {
  return {
    id: "welcome",
    name: "Welcome",
    description: "Greets new invitees",
    organizer: "olive@example.org",
    trigger: "booking_created",
    event_types: null,
    delay_minutes: 0,
    is_active: true,
    state: "active",
    version: "3f2a9c01b7de",
    path: `${changes.id ?? "welcome"}.yaml`,
    updated_at: "2026-03-01T14:30:00Z",
    actions: [{ name: "Say hello", type: "send_email", order: null, is_active: true }],
    statistics: {
      total_executions: 120,
      successful_executions: 118,
      failed_executions: 2,
      success_rate: 98.33,
      last_executed_at: "2026-03-01T14:30:00Z",
    },
    errors: [],
    warnings: [],
    ...changes,
  };
}

/** Somebody who may do everything with every workflow. */
export const EDITOR = {
  name: "olive",
  may_edit: true,
  may_run: true,
  is_admin: false,
  own_names: null,
  has_history: true,
  email: "olive@example.org",
  test_recipients: [],
};

/** Somebody who may only look. */
export const VIEWER = { ...EDITOR, name: "vera", may_edit: false, may_run: false };
