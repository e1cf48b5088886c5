import type { ActionAnswer, CauseAnswer, PerformanceStats, WorkflowReport } from "../../api/schema";

/** Figures for tests of this folder. */
const PERIOD = {
  since: "2026-02-01T00:00:00+00:00",
  until: "2026-03-03T00:00:00+00:00",
  timezone: "UTC",
};
const LATENCY = { count: 110, p50_ms: 812, p90_ms: 1400, p95_ms: 1650, p99_ms: 4120 };
const EXECUTIONS = {
  created: 120,
  ended: 116,
  successful: 110,
  failed: 4,
  cancelled: 2,
  success_rate: 96.5,
};
const NO_CHANGE = {
  created: null,
  ended: null,
  successful: null,
  failed: null,
  cancelled: null,
  success_rate: null,
  p50_ms: null,
  p90_ms: null,
  p95_ms: null,
  p99_ms: null,
};
const COMPARED = {
  period: PERIOD,
  executions: { ...EXECUTIONS, failed: 6, success_rate: 94 },
  latency: LATENCY,
  change: NO_CHANGE,
};
const TREND = [
  { ...EXECUTIONS, since: PERIOD.since, until: PERIOD.until, latency: LATENCY },
  {
    created: 0,
    ended: 0,
    successful: 0,
    failed: 0,
    cancelled: 0,
    success_rate: null,
    since: "2026-02-02T00:00:00+00:00",
    until: "2026-02-03T00:00:00+00:00",
    latency: null,
  },
];
const CAUSE = {
  cause: "http-503",
  type: "webhook",
  count: 4,
  share: 100,
  actions: [
    {
      workflow_id: "tell-crm",
      workflow_name: "Tell the CRM of bookings",
      action: "Tell the CRM",
      count: 4,
    },
  ],
};

export const STATS: PerformanceStats = {
  period: PERIOD,
  executions: EXECUTIONS,
  latency: LATENCY,
  compared_with: COMPARED,
  trend: TREND,
  best: [],
  problematic: [
    {
      ...EXECUTIONS,
      workflow_id: "tell-crm",
      workflow_name: "Tell the CRM of bookings",
      successful: 16,
      failed: 4,
      success_rate: 80,
      latency: LATENCY,
      reasons: [{ code: "failures", message: "4 of 20 failed" }],
    },
  ],
  error_patterns: [CAUSE],
  endpoints: [],
};

const NOTHING = {
  created: 0,
  ended: 0,
  successful: 0,
  failed: 0,
  cancelled: 0,
  success_rate: null,
};
export const QUIET: PerformanceStats = {
  ...STATS,
  executions: NOTHING,
  problematic: [],
  error_patterns: [],
};

export const FAILURES: CauseAnswer = {
  period: PERIOD,
  unit: "day",
  total: 4,
  causes: [CAUSE],
  points: TREND.map(({ since }) => since),
  trend: [{ cause: "http-503", counts: [4, 0] }],
};

export const SKIPS: CauseAnswer = { ...FAILURES, total: 0, causes: [], trend: [] };

export const ACTIONS: ActionAnswer = {
  period: PERIOD,
  types: [],
  actions: [
    {
      workflow_id: "tell-crm",
      workflow_name: "Tell the CRM of bookings",
      action: "Tell the CRM",
      type: "webhook",
      ended: 22,
      successful: 16,
      failed: 4,
      skipped: 2,
      success_rate: 80,
      average_ms: 240,
      failures: [{ cause: "http-503", count: 4 }],
      skips: [{ cause: "cancelled", count: 2 }],
    },
  ],
};

export const REPORT: WorkflowReport = {
  workflow_id: "tell-crm",
  workflow_name: "Tell the CRM of bookings",
  period: PERIOD,
  executions: EXECUTIONS,
  latency: LATENCY,
  compared_with: COMPARED,
  trend: TREND,
  actions: ACTIONS.actions,
  endpoints: [],
  statistics: {
    total_executions: 500,
    successful_executions: 490,
    failed_executions: 10,
    success_rate: 98,
    last_executed_at: "2026-03-01T12:00:00+00:00",
  },
  recent_failures: [
    {
      id: "01957b2e-7c1a-7f00-8000-000000000001",
      workflow_id: "tell-crm",
      workflow_name: "Tell the CRM of bookings",
      workflow_version: "3f2a9c1b",
      event_id: "01957b2e-7c1a-7f00-8000-000000000002",
      booking_id: "bk-2041",
      status: "failed",
      rounds: 1,
      due_at: "2026-03-01T12:00:00+00:00",
      completed_at: "2026-03-01T12:00:04+00:00",
      error_message: "Tell the CRM: the server answered 503",
      actions_executed: 0,
      actions_failed: 1,
      actions_skipped: 0,
    },
  ],
};
