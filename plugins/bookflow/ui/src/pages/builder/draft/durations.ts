const MINUTES: Record<string, number> = { w: 10_080, d: 1_440, h: 60, m: 1, s: 1 / 60 };

/** The minutes of `15`, `"24h"` or `"1h30m"`; null where it is neither. */
export function minutesOf(value: unknown): number | null {
  if (typeof value === "number") return value >= 0 ? value : null;
  if (typeof value !== "string") return null;
  const text = value.replaceAll(/\s/g, "");
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[wdhms])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (MINUTES[unit ?? ""] ?? 0),
    0,
  );
}

const UNITS: [string, number][] = [
  ["week", 10_080],
  ["day", 1_440],
  ["hour", 60],
  ["minute", 1],
];

/** Minutes in words: "1 day", "1 hour 30 minutes"; empty for none. */
export function durationInWords(minutes: number): string {
  let rest = Math.round(minutes);
  const words: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    // "2 weeks", but "10 days" rather than "1 week 3 days"
    if (unit === "week" && rest > 0 && count > 0) rest += count * size;
    else if (count > 0) words.push(`${String(count)} ${unit}${count === 1 ? "" : "s"}`);
  }
  return words.join(" ");
}
