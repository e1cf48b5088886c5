import { type ComponentType, lazy } from "react";

import { DashboardPage } from "../pages/dashboard/DashboardPage";

interface Page {
  path: string;
  Page: ComponentType;
}

const BuilderPage = lazy(() => import("../pages/builder/BuilderPage"));
const TrialPage = lazy(() => import("../pages/trials/TrialPage"));
const HistoryPage = lazy(() => import("../pages/history/HistoryPage"));
const ExecutionsPage = lazy(() => import("../pages/executions/ExecutionsPage"));
const ExecutionPage = lazy(() => import("../pages/executions/ExecutionPage"));
const BookingsPage = lazy(() => import("../pages/bookings/BookingsPage"));
const BookingPage = lazy(() => import("../pages/bookings/BookingPage"));
const UpcomingPage = lazy(() => import("../pages/upcoming/UpcomingPage"));
const AnalyticsPage = lazy(() => import("../pages/analytics/AnalyticsPage"));
const WorkflowFiguresPage = lazy(() => import("../pages/analytics/WorkflowFiguresPage"));
const TemplatesPage = lazy(() => import("../pages/templates/TemplatesPage"));
const TemplatePage = lazy(() => import("../pages/templates/TemplatePage"));
const HealthPage = lazy(() => import("../pages/health/HealthPage"));
const IncidentPage = lazy(() => import("../pages/health/IncidentPage"));
const DeletedPage = lazy(() => import("../pages/history/DeletedPage"));

/** Below `/plugin/workflows`; what is not the first page is loaded when it is opened. */
export const pages: Page[] = [
  { path: "", Page: DashboardPage },
  { path: "new", Page: BuilderPage },
  { path: "workflow/:id", Page: BuilderPage },
  { path: "workflow/:id/test", Page: TrialPage },
  { path: "workflow/:id/history", Page: HistoryPage },
  { path: "executions", Page: ExecutionsPage },
  { path: "executions/:id", Page: ExecutionPage },
  { path: "bookings", Page: BookingsPage },
  { path: "bookings/:id", Page: BookingPage },
  { path: "upcoming", Page: UpcomingPage },
  { path: "analytics", Page: AnalyticsPage },
  { path: "workflow/:id/figures", Page: WorkflowFiguresPage },
  { path: "templates", Page: TemplatesPage },
  { path: "templates/:id", Page: TemplatePage },
  { path: "health", Page: HealthPage },
  { path: "health/incidents/:id", Page: IncidentPage },
  { path: "deleted", Page: DeletedPage },
];
