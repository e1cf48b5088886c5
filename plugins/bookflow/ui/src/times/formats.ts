// making a format takes far longer than using it, and a list has hundreds of times
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat(undefined, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  formats.set(timeZone, made);
  return made;
}

/** How times are written; `timeZone` is an IANA name, the browser's own where absent. */
export function formatMoment(at: string, timeZone: string = viewerZone()): string {
  return formatOf(timeZone).format(new Date(at));
}

let distances: Intl.RelativeTimeFormat | undefined;

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago something was, or how far ahead it is: "3 hours ago", "in 2 days". */
export function formatDistance(at: string, now: number = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const [unit, length] =
    STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const);
  distances ??= new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  return distances.format(Math.round(seconds / length), unit);
}

/** A length of time in words: "820 ms", "4.2 s", "3 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${String(Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  // on an axis 80 s and 60 s must not both be "1 min"
  if (seconds < 600) return `${String(Number((seconds / 60).toFixed(1)))} min`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}

let zone: string | undefined;

/** The zone of whoever looks at the page. */
export function viewerZone(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone;
}
