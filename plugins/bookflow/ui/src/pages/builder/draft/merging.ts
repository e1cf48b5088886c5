import { isRecord, isSame, type Spec, textOf } from "./spec";

/** Whose change is taken. */
export type Side = "mine" | "theirs";

/** Something that both changed, each in another way; what is not there is undefined. */
export interface Clash {
  /** Tells it from others: keys, and names of actions. */
  id: string;
  path: readonly string[];
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  spec: Spec;
  clashes: Clash[];
}

type Decisions = Readonly<Record<string, Side>>;
type Values = Record<string, unknown>;

/**
 * Puts two edits of the same workflow together, key by key.
 *
 * What one of them left alone is taken from the other; what both changed is a clash, and taken
 * from whom `decisions` name, or else from them. Actions are the same by their name.
 */
export function mergeSpecs(base: Spec, mine: Spec, theirs: Spec, decisions: Decisions): Merged {
  const clashes: Clash[] = [];
  const merge = new Merging(decisions, clashes);
  return { spec: merge.records([], base, mine, theirs), clashes };
}

class Merging {
  constructor(
    private readonly decisions: Decisions,
    private readonly clashes: Clash[],
  ) {}

  records(path: readonly string[], base: Values, mine: Values, theirs: Values): Values {
    const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
    const merged: Values = {};
    for (const key of keys) {
      const value = this.value([...path, key], base[key], mine[key], theirs[key]);
      if (value !== undefined) merged[key] = value;
    }
    return merged;
  }

  private value(path: readonly string[], base: unknown, mine: unknown, theirs: unknown): unknown {
    if (isSame(mine, theirs) || isSame(mine, base)) return theirs;
    if (isSame(theirs, base)) return mine;
    if (isRecord(mine) && isRecord(theirs)) {
      return this.records(path, isRecord(base) ? base : {}, mine, theirs);
    }
    const lists = [base ?? [], mine, theirs];
    if (path.length === 1 && path[0] === "actions" && lists.every(isNamed)) {
      return this.actions(path, ...(lists as [Values[], Values[], Values[]]));
    }
    return this.decide(path, mine, theirs);
  }

  private actions(path: readonly string[], base: Values[], mine: Values[], theirs: Values[]) {
    const [my, their] = [follow(base, mine), follow(base, theirs)];
    const merged = new Map<string, unknown>();
    for (const id of new Set([...their.keys(), ...my.keys()])) {
      const before = base.find((action) => nameOf(action) === id);
      const value = this.value([...path, id], before, my.get(id), their.get(id));
      if (value !== undefined) merged.set(id, value);
    }
    const order = this.order(path, base.map(nameOf), [...my.keys()], [...their.keys()]);
    return order.filter((id) => merged.has(id)).map((id) => merged.get(id));
  }

  /** The order of whoever changed it, with what the other one added after what it came after. */
  private order(path: readonly string[], base: string[], mine: string[], theirs: string[]) {
    const kept = base.filter((id) => mine.includes(id) && theirs.includes(id));
    const among = (ids: string[]) => ids.filter((id) => kept.includes(id));
    const order = this.value([...path, "order of the actions"], kept, among(mine), among(theirs));
    const [first, second] = isSame(order, among(theirs)) ? [theirs, mine] : [mine, theirs];
    const all = [...first];
    second.forEach((id, at) => {
      if (!all.includes(id)) all.splice(all.indexOf(second[at - 1] ?? "") + 1, 0, id);
    });
    return all;
  }

  private decide(path: readonly string[], mine: unknown, theirs: unknown): unknown {
    const id = path.join(" / ");
    this.clashes.push({ id, path, mine, theirs });
    return this.decisions[id] === "mine" ? mine : theirs;
  }
}

const nameOf = (action: Values) => textOf(action.name);

/** Whether it is a list of actions that can be told apart. */
function isNamed(list: unknown): list is Values[] {
  if (!Array.isArray(list) || !list.every(isRecord)) return false;
  const names = list.map(nameOf);
  return names.every(Boolean) && new Set(names).size === names.length;
}

/** The actions by the name they had before: one that only has a new name is still the same. */
function follow(base: Values[], now: Values[]): Map<string, Values> {
  const names = new Set(now.map(nameOf));
  const gone = base.filter((action) => !names.has(nameOf(action)));
  const known = new Set(base.map(nameOf));
  return new Map(
    now.map((action) => {
      if (known.has(nameOf(action))) return [nameOf(action), action];
      const at = gone.findIndex((was) => isSame({ ...was, name: "" }, { ...action, name: "" }));
      const [was] = at < 0 ? [] : gone.splice(at, 1);
      return [was ? nameOf(was) : nameOf(action), action];
    }),
  );
}
