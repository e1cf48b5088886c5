import type { DiffLine } from "./diffLines";

const AROUND = 3;

/** Compares two texts line by line, with a few lines around each change. */
export function compareTexts(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return shorten(compare(old, now));
}

function compare(old: string[], now: string[]): DiffLine[] {
  const common = countCommon(old, now);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      lines.push({ kind: "same", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (at(common, i + 1, j) >= at(common, i, j + 1)) {
      lines.push({ kind: "removed", text: old[i] ?? "" });
      i += 1;
    } else {
      lines.push({ kind: "added", text: now[j] ?? "" });
      j += 1;
    }
  }
  const removed = old.slice(i).map((text): DiffLine => ({ kind: "removed", text }));
  const added = now.slice(j).map((text): DiffLine => ({ kind: "added", text }));
  return [...lines, ...removed, ...added];
}

/** How many lines both have in common from each pair of places on. */
function countCommon(old: string[], now: string[]): Uint16Array[] {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = rows[i] ?? new Uint16Array();
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const isSame = old[i] === now[j];
      row[j] = isSame
        ? at(rows, i + 1, j + 1) + 1
        : Math.max(at(rows, i + 1, j), at(rows, i, j + 1));
    }
  }
  return rows;
}

const at = (rows: Uint16Array[], i: number, j: number) => rows[i]?.[j] ?? 0;

function shorten(lines: DiffLine[]): DiffLine[] {
  const changes = lines.flatMap(({ kind }, place) => (kind === "same" ? [] : [place]));
  const shown = lines.map((line, place) => ({
    line,
    isNear: changes.some((change) => Math.abs(change - place) <= AROUND),
  }));
  return shown.flatMap(({ line, isNear }, place) => {
    if (isNear) return [line];
    const isFirst = place > 0 && shown[place - 1]?.isNear === true;
    const goesOn = shown.slice(place).some((later) => later.isNear);
    return isFirst && goesOn ? [{ kind: "gap" as const, text: "" }] : [];
  });
}
