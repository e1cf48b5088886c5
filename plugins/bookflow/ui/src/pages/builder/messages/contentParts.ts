import { isRecord } from "../draft/spec";

/** What a message waits for, in words. */
export function sayWait(waitsFor: string): string {
  return waitsFor.replaceAll("-", " ");
}

/** The text of a key of some content; empty where there is none. */
export function partOf(content: unknown, key: string): string {
  const value = isRecord(content) ? content[key] : undefined;
  return typeof value === "string" ? value : "";
}
