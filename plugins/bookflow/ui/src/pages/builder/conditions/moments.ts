/** A date and time as it is written in a spec: what the clock shows, and how far that is from UTC. */
export interface WrittenMoment {
  /** Such as `2026-03-29T09:00`. */
  local: string;
  /** Such as `+02:00`; empty where the spec leaves it to the organizer's zone. */
  offset: string;
}

const WRITTEN = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00(?:\.0+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** Takes a moment apart; nothing where it is written in a way that inputs can't show. */
export function readMoment(value: unknown): WrittenMoment | undefined {
  const found = typeof value === "string" ? WRITTEN.exec(value.trim()) : null;
  if (!found) return undefined;
  const [, date = "", time = "", zone = ""] = found;
  const offset = zone.toUpperCase() === "Z" ? "+00:00" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  return { local: `${date}T${time}`, offset };
}

/** Puts a moment together, in ISO 8601. */
export function writeMoment({ local, offset }: WrittenMoment): string {
  return local ? `${local.slice(0, 16)}:00${offset}` : "";
}

/** How far a zone is from UTC when its clocks show that time. */
export function offsetOf(local: string, zone: string): string {
  const asUtc = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (Number.isNaN(asUtc)) return "+00:00";
  // the offset at the moment found with a first guess is right but in the hour clocks change
  const first = asUtc - minutesFromUtc(asUtc, zone) * 60_000;
  const minutes = minutesFromUtc(first, zone);
  const sign = minutes < 0 ? "-" : "+";
  const pad = (part: number) => String(Math.floor(part)).padStart(2, "0");
  return `${sign}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;
}

function minutesFromUtc(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"));
  return Math.round((shown - Math.floor(at / 60_000) * 60_000) / 60_000);
}
