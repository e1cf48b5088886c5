import { type Action } from "./spec";

/** Positions of actions in the file: those of an inner list run side by side. */
export type Levels = readonly (readonly number[])[];

/** Where an action goes: into a level, or into one of its own before a level. */
export interface Place {
  kind: "before" | "beside";
  level: number;
}

/** The actions after a change, and the position of the one that was moved or made. */
export interface Arranged {
  actions: Action[];
  position: number;
}

/**
 * Which actions run side by side and which after each other, inactive ones as well.
 *
 * The same `order` is the same level; an action without follows the one above it.
 */
export function levelsOf(actions: readonly Action[]): number[][] {
  const levels = new Map<string, { place: [number, number]; members: number[] }>();
  const last = new Map<number, number>();
  let base = -1;
  actions.forEach(({ order }, position) => {
    let after = 0;
    if (typeof order === "number") base = order;
    else {
      after = (last.get(base) ?? 0) + 1;
      last.set(base, after);
    }
    const key = `${String(base)}/${String(after)}`;
    const level = levels.get(key) ?? { place: [base, after], members: [] };
    level.members.push(position);
    levels.set(key, level);
  });
  return [...levels.values()]
    .sort(({ place: [a, b] }, { place: [c, d] }) => a - c || b - d)
    .map(({ members }) => members);
}

/** Moves the action at a position to a place of the levels as they are now. */
export function move(actions: readonly Action[], position: number, place: Place): Arranged {
  const kept = levelsOf(actions).map((level) => level.filter((member) => member !== position));
  return arrange(actions, putInto(kept, position, place), position);
}

/** Adds an action at a place; without one after all others. */
export function insert(actions: readonly Action[], action: Action, place?: Place): Arranged {
  const levels = levelsOf(actions);
  const at = place ?? { kind: "before", level: levels.length };
  const more = [...actions, action];
  return arrange(more, putInto(levels, actions.length, at), actions.length);
}

/** Takes an action out. */
export function remove(actions: readonly Action[], position: number): Action[] {
  return actions.filter((_, at) => at !== position);
}

/** One step forward: out of its level, or before the level above it. */
export function earlier(actions: readonly Action[], position: number): Place | null {
  const { level, isAlone } = findLevel(actions, position);
  if (!isAlone) return { kind: "before", level };
  return level > 0 ? { kind: "before", level: level - 1 } : null;
}

/** One step back: out of its level, or after the level below it. */
export function later(actions: readonly Action[], position: number): Place | null {
  const { level, isAlone, count } = findLevel(actions, position);
  if (!isAlone) return { kind: "before", level: level + 1 };
  return level < count - 1 ? { kind: "before", level: level + 2 } : null;
}

/** Side by side with the level above it, or for the first one with that below. */
export function beside(actions: readonly Action[], position: number): Place | null {
  const { level, count } = findLevel(actions, position);
  if (count < 2) return null;
  return { kind: "beside", level: level > 0 ? level - 1 : 1 };
}

/** A level of its own after that of an action; none where there is no such action. */
export function after(actions: readonly Action[], position: number): Place | undefined {
  const { level } = findLevel(actions, position);
  return level < 0 ? undefined : { kind: "before", level: level + 1 };
}

function findLevel(actions: readonly Action[], position: number) {
  const levels = levelsOf(actions);
  const level = levels.findIndex((members) => members.includes(position));
  return { level, isAlone: levels[level]?.length === 1, count: levels.length };
}

function putInto(levels: Levels, position: number, { kind, level }: Place): number[][] {
  const put = levels.map((members) => [...members]);
  const target = put[level];
  if (kind === "beside" && target) target.push(position);
  else put.splice(level, 0, [position]);
  return put.filter((members) => members.length > 0);
}

/** Writes levels down as the server does: where all follow each other the list says it all. */
function arrange(actions: readonly Action[], levels: Levels, moved: number): Arranged {
  const isSequence = levels.every((members) => members.length === 1);
  const arranged = levels.flatMap((members, level) =>
    members.map((position) => {
      const action = actions[position] ?? {};
      if (isSequence) return withoutOrder(action);
      return action.order === level + 1 ? action : { ...action, order: level + 1 };
    }),
  );
  return { actions: arranged, position: levels.flat().indexOf(moved) };
}

function withoutOrder(action: Action): Action {
  if (!("order" in action)) return action;
  return Object.fromEntries(Object.entries(action).filter(([key]) => key !== "order"));
}
