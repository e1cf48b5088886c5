/** What a line of a difference is. */
export type LineKind = "added" | "removed" | "same" | "gap";

export interface DiffLine {
  kind: LineKind;
  text: string;
}

const KINDS: Record<string, LineKind> = { "+": "added", "-": "removed", " ": "same" };

/** Takes a unified diff of one file apart; the names of files say nothing here and are left out. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let isInside = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@")) {
      if (lines.length > 0) lines.push({ kind: "gap", text: "" });
      isInside = true;
      continue;
    }
    const kind = KINDS[line.charAt(0)];
    if (isInside && kind) lines.push({ kind, text: line.slice(1) });
  }
  return lines;
}

/** How much changed, in words: "2 lines added, 1 removed". */
export function countChanges(lines: DiffLine[]): string {
  const count = (kind: LineKind) => lines.filter((line) => line.kind === kind).length;
  const added = count("added");
  return `${String(added)} ${added === 1 ? "line" : "lines"} added, ${String(count("removed"))} removed`;
}
