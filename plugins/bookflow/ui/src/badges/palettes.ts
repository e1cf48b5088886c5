const GROUPS = {
  // it went well, or works
  green: [
    ...["completed", "sent", "delivered", "updated", "accepted", "closed"],
    ...["active", "healthy", "confirmed", "changed"],
  ],
  // it did not, and somebody has to look
  red: [
    ...["failed", "invalid", "unhealthy", "open", "disabled", "refused", "critical", "error"],
    ...["no_show", "rejected"],
  ],
  // it is at work, or about to be
  blue: ["running", "pending", "sending", "requested", "would_run"],
  purple: ["planned", "rescheduled"],
  // it goes on by itself, but not now
  orange: ["retrying", "waiting", "waits", "degraded", "half_open", "warning"],
  yellow: ["skipped"],
  // it is over, or never began, and nothing is wrong
  gray: [
    ...["cancelled", "inactive", "deleted", "ignored", "duplicate", "not_sent", "not_run"],
    ...["not_matching", "unchanged"],
  ],
};

const PALETTES = new Map(
  Object.entries(GROUPS).flatMap(([palette, words]) => words.map((word) => [word, palette])),
);

/** The color that a status is shown in; absent for a word that has none. */
export function knownPalette(status: string): string | undefined {
  return PALETTES.get(status);
}

/** The color that a status is shown in, whatever word it is. */
export function paletteOf(status: string): string {
  return knownPalette(status) ?? "gray";
}
