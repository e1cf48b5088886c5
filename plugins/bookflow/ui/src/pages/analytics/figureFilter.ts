import type { FigureFilter } from "../../api/analytics";
import { viewerZone } from "../../times/formats";

/** The lengths to choose from; a day is told by the hour. */
export const PERIODS = [
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
] as const;

export const DEFAULT_PERIOD = "30d";

/** What the query string says of the time: a length up to now, or two days, the last included. */
export interface ChosenPeriod {
  period: string;
  from: string;
  to: string;
  zone: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the time from the query string; what can't be meant is as if it were not there. */
export function readPeriod(search: URLSearchParams): ChosenPeriod {
  const asked = search.get("period");
  const isKnown = asked === "custom" || PERIODS.some(({ value }) => value === asked);
  return {
    period: asked !== null && isKnown ? asked : DEFAULT_PERIOD,
    from: dayOf(search.get("from")),
    to: dayOf(search.get("to")),
    zone: readZone(search.get("zone")),
  };
}

/** Gives what to ask the API; a custom period that is not complete yet asks for the usual one. */
export function toFilter(search: URLSearchParams): FigureFilter {
  const { period, from, to, zone } = readPeriod(search);
  const which = {
    timezone: zone,
    workflow: search.get("workflow") ?? undefined,
    trigger: search.get("trigger") ?? undefined,
  };
  if (period !== "custom") return { ...which, period, unit: period === "24h" ? "hour" : undefined };
  if (!from || !to || to < from) return { ...which, period: DEFAULT_PERIOD };
  // the API counts up to before `until`, people mean the whole of the last day
  return { ...which, since: from, until: dayAfter(to), unit: from === to ? "hour" : undefined };
}

/** The day after one, both as YYYY-MM-DD. */
export function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** All zones to choose from, the viewer's first. */
export function listZones(chosen: string): string[] {
  return [...new Set([viewerZone(), "UTC", chosen, ...Intl.supportedValuesOf("timeZone")])];
}

function dayOf(text: string | null): string {
  return text && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
}

function readZone(text: string | null): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text ?? viewerZone() }).resolvedOptions()
      .timeZone;
  } catch {
    return viewerZone();
  }
}
