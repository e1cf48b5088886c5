import type { SpecIssue } from "../../../api/schema";
import { isRecord, type Spec } from "./spec";
import type { Path } from "./yamlText";

/** The path of `actions[0].message`, or of `actions.0.message`. */
export function pathOf(key: string): Path {
  return key
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter(Boolean)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** A key as one text, however its positions are written. */
export function keyOf(key: string): string {
  return pathOf(key).join(".");
}

/** What was found at a key, or below it. */
export function issuesUnder<T extends SpecIssue>(issues: readonly T[], key: string): T[] {
  const path = pathOf(key);
  return issues.filter((issue) => {
    const at = pathOf(issue.key);
    return path.every((part, step) => at[step] === part);
  });
}

/** The position of the action that an issue belongs to. */
export function actionOf(issue: SpecIssue): number | null {
  const [list, position] = pathOf(issue.key);
  return list === "actions" && typeof position === "number" ? position : null;
}

/** The workflow with the suggestion taken; null where that can't be done at once. */
export function fixed(spec: Spec, issue: SpecIssue): Spec | null {
  const wrong = /`([^`]+)`/.exec(issue.message)?.[1];
  const path = pathOf(issue.key);
  const right = issue.suggestion;
  if (!right || path.length === 0) return null;
  const found =
    issue.code === "unknown-key"
      ? changeAt(spec, path.slice(0, -1), (owner) => renameKey(owner, path.at(-1), right))
      : changeAt(spec, path, (value) => replaceIn(value, wrong, right));
  return found as Spec | null;
}

function changeAt(value: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value) && typeof step === "number" && step in value) {
    const inner = changeAt(value[step], rest, change);
    return inner === null ? null : value.with(step, inner);
  }
  if (!isRecord(value) || !(step in value)) return null;
  const inner = changeAt(value[step], rest, change);
  return inner === null ? null : { ...value, [step]: inner };
}

function renameKey(owner: unknown, from: Path[number] | undefined, to: string): unknown {
  if (!isRecord(owner) || from === undefined || !(from in owner) || to in owner) return null;
  return Object.fromEntries(
    Object.entries(owner).map(([key, value]) => [key === String(from) ? to : key, value]),
  );
}

/** Replaces a word in a text or in a list of texts; all of a value that is no text. */
function replaceIn(value: unknown, wrong: string | undefined, right: string): unknown {
  if (wrong === undefined) return null;
  if (Array.isArray(value)) {
    return value.includes(wrong) ? value.map((item) => (item === wrong ? right : item)) : null;
  }
  if (typeof value !== "string") return null;
  const word = new RegExp(
    `(?<![\\w-])${wrong.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`,
    "g",
  );
  return word.test(value) ? value.replace(word, () => right) : null;
}
