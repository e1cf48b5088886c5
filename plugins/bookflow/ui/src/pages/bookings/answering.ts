import type { TimelineEntry } from "../../api/schema";
import { ACTION_TYPES } from "../../words/actions";
import { reasonOf } from "./entryWords";
import { isOpen, whyNever } from "./timelineOrder";

/** What became of all actions of one type for a booking. */
export interface ChannelAnswer {
  type: string;
  done: number;
  /** Planned, waiting, or tried again. */
  open: number;
  /** Skipped, failed, called off, or planned in vain: each says why. */
  withheld: TimelineEntry[];
}

/** Answers for each type of action whether the booking got one, and if not, why. */
export function answerChannels(entries: TimelineEntry[]): ChannelAnswer[] {
  const others = entries.flatMap(({ type }) =>
    type && !ACTION_TYPES.includes(type) ? [type] : [],
  );
  return [...new Set([...ACTION_TYPES, ...others])].map((type) => {
    const own = entries.filter((entry) => entry.type === type);
    return {
      type,
      done: own.filter(({ kind }) => kind === "sent" || kind === "updated").length,
      open: own.filter((entry) => isOpen(entry) && !whyNever(entry)).length,
      withheld: own.filter((entry) => !isDone(entry) && (!isOpen(entry) || whyNever(entry))),
    };
  });
}

function isDone({ kind }: TimelineEntry): boolean {
  return kind === "sent" || kind === "updated";
}

/** Workflows that were left out as a whole, with whatever they would have done. */
export function leftOutWhole(entries: TimelineEntry[]): TimelineEntry[] {
  return entries.filter((entry) => !entry.type && entry.reason);
}

/** Sums up what became of one type: "1 sent, 2 planned, 1 not sent". */
export function sumUp({ done, open, withheld }: ChannelAnswer, word: string): string {
  const parts = [
    done > 0 ? `${String(done)} ${word}` : "",
    open > 0 ? `${String(open)} planned` : "",
    withheld.length > 0 ? `${String(withheld.length)} not ${word}` : "",
  ].filter(Boolean);
  return parts.join(", ") || "none";
}

/** Something that was not done, and how often for the same reason, such as to each attendee. */
export interface Withheld {
  entry: TimelineEntry;
  count: number;
}

/** Says the same of one action only once. */
export function gather(entries: TimelineEntry[]): Withheld[] {
  const found = new Map<string, Withheld>();
  for (const entry of entries) {
    const key = JSON.stringify([
      entry.execution_id,
      entry.workflow_id,
      entry.action,
      reasonOf(entry),
    ]);
    const known = found.get(key);
    if (known) known.count += 1;
    else found.set(key, { entry, count: 1 });
  }
  return [...found.values()];
}
