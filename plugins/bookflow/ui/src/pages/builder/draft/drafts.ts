import { useSyncExternalStore } from "react";

import { isSame, type Spec } from "./spec";
import { readYaml, writeYaml, type YamlProblem } from "./yamlText";

/** A state of the workflow that is edited; never changed, only followed by another. */
export interface Snapshot {
  text: string;
  /** What forms show: what the text says, or said last while it can't be read. */
  spec: Spec;
  problem: YamlProblem | null;
  /** Whether somebody typed YAML since it was saved: then the text itself is saved. */
  isTyped: boolean;
}

/** What the edit began from; a workflow that is not saved yet has no version. */
export interface Base {
  version: string | null;
  text: string;
  spec: Spec;
}

/** The edit of one workflow, with its past and its future. */
export interface Draft {
  base: Base;
  steps: readonly Snapshot[];
  at: number;
  /** What the last step changed and when: typing on is the same step. */
  last: { what: string; at: number } | null;
  /** Where what somebody else saved came in: undone before it, the edit goes on from the older. */
  turn?: { at: number; older: Base; newer: Base };
  /** That it was just saved, and where it is in git; the next change ends that. */
  saved?: { commit: string | null };
}

const MOST_STEPS = 200;
const SAME_STEP = 1_000;

/** Begins an edit. */
export function begin(base: Base): Draft {
  // values are those that the server read, where it could
  const { problem } = base.text ? readYaml(base.text) : { problem: null };
  const first = { text: base.text, spec: base.spec, problem, isTyped: false };
  return { base, steps: [first], at: 0, last: null };
}

/** The state that is shown. */
export function present({ steps, at }: Draft): Snapshot {
  const step = steps[at];
  if (!step) throw new RangeError(`a draft has no step ${String(at)}`);
  return step;
}

/** Whether there is something that is not saved. */
export function isChanged(draft: Draft): boolean {
  const { text, spec, isTyped } = present(draft);
  return isTyped ? text !== draft.base.text : !isSame(spec, draft.base.spec);
}

/** Follows with the spec as forms changed it; the text follows too. */
export function withSpec(draft: Draft, spec: Spec, what: string, now = Date.now()): Draft {
  const before = present(draft);
  if (before.problem || isSame(before.spec, spec)) return draft;
  const text = writeYaml(before.text, before.spec, spec);
  return follow(draft, { text, spec, problem: null, isTyped: before.isTyped }, what, now);
}

/** Follows with the text as somebody typed it; the forms follow where it can be read. */
export function withText(draft: Draft, text: string, now = Date.now()): Draft {
  const before = present(draft);
  if (before.text === text) return draft;
  const { spec, problem } = readYaml(text);
  return follow(draft, { text, spec: spec ?? before.spec, problem, isTyped: true }, "text", now);
}

/** Takes the text that the server would write, where only forms were changed. */
export function withServerText(draft: Draft, of: Snapshot, text: string): Draft {
  if (present(draft) !== of || of.isTyped || of.text === text) return draft;
  const steps = draft.steps.map((step) => (step === of ? { ...step, text } : step));
  return { ...draft, steps };
}

/** One step back. */
export function undone(draft: Draft): Draft {
  return draft.at > 0 ? goTo(draft, draft.at - 1) : draft;
}

/** One step on again. */
export function redone(draft: Draft): Draft {
  return draft.at < draft.steps.length - 1 ? goTo(draft, draft.at + 1) : draft;
}

function goTo(draft: Draft, at: number): Draft {
  const { turn } = draft;
  const base = turn ? (at < turn.at ? turn.older : turn.newer) : draft.base;
  return { ...draft, base, at, last: null };
}

/** What somebody else saved takes the place of the edit; one step, so that it can be undone. */
export function replaced(draft: Draft, base: Base): Draft {
  return turned(draft, base, present(begin(base)));
}

/** What somebody else saved, with the edit on top of it as `spec` has both; one step as well. */
export function joined(draft: Draft, base: Base, spec: Spec): Draft {
  const { text, spec: values, isTyped } = present(draft);
  // remarks that were typed here are kept, else those that stand there now
  const isRemarked = isTyped && remarksIn(text) !== remarksIn(draft.base.text);
  const joint = isRemarked ? writeYaml(text, values, spec) : writeYaml(base.text, base.spec, spec);
  return turned(draft, base, { text: joint, spec, problem: null, isTyped });
}

function turned(draft: Draft, base: Base, next: Snapshot): Draft {
  const steps = [...draft.steps.slice(0, draft.at + 1), next];
  const at = steps.length - 1;
  return { base, steps, at, last: null, turn: { at, older: draft.base, newer: base } };
}

function remarksIn(text: string): string {
  return [...text.matchAll(/(?:^|\s)#.*$/gm)].join("\n");
}

/** Back to what was saved; one step, so that it can be undone. */
export function discarded(draft: Draft, now = Date.now()): Draft {
  return follow(draft, present(begin(draft.base)), `discard ${String(now)}`, now);
}

/** What was saved is what the edit goes on from; what was before can still be undone. */
export function settled(draft: Draft, base: Base): Draft {
  const first = present(begin(base));
  return { base, steps: [...draft.steps.slice(0, draft.at), first], at: draft.at, last: null };
}

function follow(draft: Draft, next: Snapshot, what: string, now: number): Draft {
  const isSameStep = draft.last?.what === what && now - draft.last.at < SAME_STEP && draft.at > 0;
  const before = draft.steps.slice(0, isSameStep ? draft.at : draft.at + 1);
  const kept = before.slice(-MOST_STEPS);
  const { base, turn } = draft;
  const place = (turn?.at ?? 0) - (before.length - kept.length);
  const isTurned = turn !== undefined && place > 0 && place <= kept.length;
  return {
    base,
    steps: [...kept, next],
    at: kept.length,
    last: { what, at: now },
    ...(isTurned ? { turn: { ...turn, at: place } } : {}),
  };
}

// Airflow mounts the page anew at each change of the path: edits live here, by workflow
const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();

/** The key of the workflow that is not made yet; no id has this form. */
export const NEW = "(new)";

/** The edit of a workflow, if there is one. */
export function useDraft(key: string): Draft | undefined {
  return useSyncExternalStore(listen, () => drafts.get(key));
}

/** Puts an edit in place of the one before; without one it ends. */
export function keepDraft(key: string, draft: Draft | undefined): void {
  if (draft) drafts.set(key, draft);
  else drafts.delete(key);
  guardLeaving();
  for (const listener of listeners) listener();
}

/** Has the browser ask before it leaves while anything is not saved, on whatever page. */
function guardLeaving(): void {
  const isNeeded = [...drafts.values()].some(isChanged);
  if (isNeeded) window.addEventListener("beforeunload", askFirst);
  else window.removeEventListener("beforeunload", askFirst);
}

function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Changes an edit that goes on. */
export function changeDraft(key: string, change: (draft: Draft) => Draft): void {
  const before = drafts.get(key);
  const after = before && change(before);
  if (after && after !== before) keepDraft(key, after);
}

/** The edit as it is right now. */
export function peekDraft(key: string): Draft | undefined {
  return drafts.get(key);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
