import { useSearchParams } from "react-router-dom";

/** The ways to try a workflow out, as they stand in the address. */
export const MODES = {
  mock: "Sample booking",
  real: "A real booking",
  live: "Send a test",
  past: "A past execution",
} as const;

export type Mode = keyof typeof MODES;

/** Which way is chosen, and how to choose another; the pinned booking stays. */
export function useMode(): [Mode, (mode: Mode) => void] {
  const [query, setQuery] = useSearchParams();
  const asked = query.get("mode") ?? "";
  const mode = asked in MODES ? (asked as Mode) : "mock";
  return [
    mode,
    (next) => {
      setQuery(
        (before) => {
          const after = new URLSearchParams(before);
          if (next === "mock") after.delete("mode");
          else after.set("mode", next);
          return after;
        },
        { replace: true },
      );
    },
  ];
}

/** Counts in words: "1 message", "2 messages"; "no messages" for none. */
export function sayCount(count: number, one: string, many = `${one}s`): string {
  if (count === 0) return `no ${many}`;
  return count === 1 ? `1 ${one}` : `${String(count)} ${many}`;
}
