import type { UpcomingItem } from "../../api/schema";

/** What is planned for one day of the viewer's. */
export interface Day {
  /** Such as 2026-03-01. */
  date: string;
  /** Such as "Today" or "Sunday, March 1". */
  name: string;
  items: UpcomingItem[];
}

/** Groups what is planned by the viewer's days, in the order that it comes. */
export function groupByDay(items: UpcomingItem[], now: number, timeZone?: string): Day[] {
  const days: Day[] = [];
  const today = dateOf(now, timeZone);
  for (const item of items) {
    // what was put off or is late is done today at the earliest
    const at = Math.max(new Date(item.due_at).getTime(), now);
    const date = dateOf(at, timeZone);
    const last = days.at(-1);
    if (last?.date === date) last.items.push(item);
    else days.push({ date, name: nameDay(at, date, today, timeZone), items: [item] });
  }
  return days;
}

function nameDay(at: number, date: string, today: string, timeZone?: string): string {
  const name = new Intl.DateTimeFormat(undefined, {
    weekday: "long",
    month: "long",
    day: "numeric",
    timeZone,
  }).format(at);
  if (date === today) return `Today, ${name}`;
  return date === dayAfter(today) ? `Tomorrow, ${name}` : name;
}

/** Counted on the calendar: a day may have 23 hours. */
function dayAfter(date: string): string {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

function dateOf(at: number, timeZone?: string): string {
  // the Swedish way to write a date is the one of ISO 8601
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(at);
}
