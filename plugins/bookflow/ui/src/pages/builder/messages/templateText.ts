import type { ContextFields } from "../../../api/schema";
import { findField } from "../../../api/context";

/** A piece of a template: plain text, `{{ … }}`, `{% … %}` or a remark. */
export interface TemplatePiece {
  kind: "text" | "value" | "statement" | "remark";
  text: string;
}

const MARKUP = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const KINDS: Record<string, TemplatePiece["kind"]> = {
  "{{": "value",
  "{%": "statement",
  "{#": "remark",
};

/** Takes a template apart; together the pieces are the text again. */
export function readPieces(template: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let end = 0;
  for (const { 0: text, index } of template.matchAll(MARKUP)) {
    if (index > end) pieces.push({ kind: "text", text: template.slice(end, index) });
    pieces.push({ kind: KINDS[text.slice(0, 2)] ?? "text", text });
    end = index + text.length;
  }
  if (end < template.length) pieces.push({ kind: "text", text: template.slice(end) });
  return pieces;
}

/** What is to be replaced when something is inserted at the caret. */
export interface Place {
  start: number;
  end: number;
  /** What was typed of a name so far. */
  typed: string;
  /** Whether `{{` stands before it already. */
  isOpened: boolean;
}

/** Finds what an insertion replaces: the selection, or the half a name before the caret. */
export function placeAt(text: string, start: number, end: number): Place {
  const before = text.slice(0, start);
  const opened = /\{\{\s*(\w*)$/.exec(before);
  if (!opened || start !== end) return { start, end, typed: "", isOpened: false };
  const [all, typed = ""] = opened;
  const rest = /^\w*\s*(\}\})?/.exec(text.slice(end));
  const stop = rest?.[1] ? end + rest[0].length : end;
  return { start: start - all.length, end: stop, typed, isOpened: true };
}

/** Puts something into a text; gives the text, and where the caret then stands. */
export function insertAt(text: string, { start, end }: Pick<Place, "start" | "end">, what: string) {
  return { text: text.slice(0, start) + what + text.slice(end), caret: start + what.length };
}

const STATEMENTS = /\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const VALUES = /\{\{\s*(\w+)?[\s\S]*?\}\}/g;
const UNKNOWN = "someone";

/** Fills a template with examples, so that its length can be judged while one writes. */
export function fillRoughly(template: string, words: ContextFields | undefined): string {
  return template.replaceAll(STATEMENTS, "").replaceAll(VALUES, (_, name: string | undefined) => {
    const example = words && name ? findField(words, name)?.example : undefined;
    if (example === undefined || example === null) return UNKNOWN;
    return typeof example === "string" ? example : JSON.stringify(example);
  });
}

/** Replaces a misspelt name by what was probably meant; nothing where it is not found. */
export function mend(text: string, message: string, suggestion: string): string | undefined {
  const [, wrong] = /`(\w+)`/.exec(message) ?? [];
  if (!wrong || wrong === suggestion) return undefined;
  const mended = text.replaceAll(new RegExp(`\\b${wrong}\\b`, "g"), suggestion);
  return mended === text ? undefined : mended;
}
