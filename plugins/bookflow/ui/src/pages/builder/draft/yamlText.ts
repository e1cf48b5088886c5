import {
  Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

import { hasFormShape, isRecord, isSame, type Spec } from "./spec";

/** Where YAML can't be read, counted from 1, and why. */
export interface YamlProblem {
  message: string;
  line: number;
  column: number;
}

/** What a text says: its values, or why they can't be shown in forms. */
export interface ReadText {
  spec: Spec | null;
  problem: YamlProblem | null;
}

/** A path into a spec: `["actions", 0, "message"]`. */
export type Path = readonly (string | number)[];

const STYLE = { lineWidth: 0, flowCollectionPadding: false } as const;

/** Reads the text of a workflow. */
export function readYaml(text: string): ReadText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    return { spec: null, problem: { message: firstLine(error.message), line, column: col } };
  }
  const value = readValues(document);
  if (hasFormShape(value)) return { spec: value, problem: null };
  const message = "A workflow has keys such as `name`, and a list of actions that have keys too.";
  return { spec: null, problem: { message, line: 1, column: 1 } };
}

/** Writes a changed spec into the text it was read from: comments and what stays are kept. */
export function writeYaml(text: string, before: Spec, after: Spec): string {
  const document = parseDocument(text);
  if (document.errors.length || !isMap(document.contents)) {
    return new Document(after).toString(STYLE);
  }
  writeMap(document, document.contents, before, after);
  return document.toString(STYLE);
}

/** Where a path stands in a text, as offsets; the nearest part of it where it is not there. */
export function findInText(text: string, path: Path): [number, number] | null {
  const document = parseDocument(text, { prettyErrors: false });
  for (let length = path.length; length > 0; length -= 1) {
    const found = document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return [found.range[0], found.range[1]];
  }
  return null;
}

function readValues(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    // aliases that name nothing, or too much
    return null;
  }
}

function writeMap(
  document: Document,
  map: YAMLMap,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): void {
  const renamed = findRenamed(before, after);
  if (renamed) {
    const pair = map.items.find(({ key }) => keyOf(key) === renamed.from);
    if (pair) pair.key = new Scalar(renamed.to);
  }
  for (const key of Object.keys(before)) if (!(key in after)) map.delete(key);
  for (const [key, value] of Object.entries(after)) {
    const was = renamed?.to === key ? before[renamed.from] : before[key];
    const pair = map.items.find((item) => keyOf(item.key) === key) as Pair | undefined;
    if (!pair) map.set(document.createNode(key), makeNode(document, value));
    else if (!isSame(was, value)) pair.value = rewrite(document, pair.value as Node, was, value);
  }
}

function writeSeq(document: Document, seq: YAMLSeq, before: unknown[], after: unknown[]): void {
  const free = new Map(before.map((item, at) => [at, item]));
  const matched = matchItems(free, after);
  seq.items = after.map((item, at) => {
    const from = matched[at];
    if (from === undefined) return makeNode(document, item);
    const node = seq.items[from] as Node;
    return isSame(before[from], item) ? node : rewrite(document, node, before[from], item);
  });
}

/** Which item each was before: the same one, one of the same name, or one at the same place. */
function matchItems(free: Map<number, unknown>, after: unknown[]): (number | undefined)[] {
  const found = new Array<number | undefined>(after.length).fill(undefined);
  const tests: ((was: unknown, item: unknown, at: number, from: number) => boolean)[] = [
    (was, item) => isSame(was, item),
    (was, item) => isRecord(was) && isRecord(item) && "name" in was && was.name === item.name,
    (was, item, at, from) => at === from && typeof was === typeof item,
  ];
  for (const test of tests) {
    after.forEach((item, at) => {
      if (found[at] !== undefined) return;
      for (const [from, was] of free) {
        if (!test(was, item, at, from)) continue;
        found[at] = from;
        free.delete(from);
        return;
      }
    });
  }
  return found;
}

function rewrite(document: Document, node: Node, before: unknown, after: unknown): Node {
  if (isMap(node) && isRecord(before) && isRecord(after)) {
    writeMap(document, node, before, after);
    return node;
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    writeSeq(document, node, before, after);
    return node;
  }
  const fresh = makeNode(document, after);
  if (isScalar(node) && isScalar(fresh)) {
    fresh.comment = node.comment;
    fresh.commentBefore = node.commentBefore;
    fresh.spaceBefore = node.spaceBefore;
    if (typeof after === "string" && after.includes("\n")) fresh.type = Scalar.BLOCK_LITERAL;
  }
  return fresh;
}

function makeNode(document: Document, value: unknown): Node {
  const node = document.createNode(value) as Node;
  if (isScalar(node) && typeof value === "string" && value.includes("\n")) {
    node.type = Scalar.BLOCK_LITERAL;
  }
  return node;
}

/** A key that has a new name and its old value, in its old place. */
function findRenamed(before: Record<string, unknown>, after: Record<string, unknown>) {
  const gone = Object.keys(before).filter((key) => !(key in after));
  const made = Object.keys(after).filter((key) => !(key in before));
  const [from, to] = [gone[0], made[0]];
  if (gone.length !== 1 || made.length !== 1 || from === undefined || to === undefined) return null;
  return isSame(before[from], after[to]) ? { from, to } : null;
}

function keyOf(key: unknown): unknown {
  return isScalar(key) ? key.value : key;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
