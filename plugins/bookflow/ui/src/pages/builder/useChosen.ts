import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

/** Which action the panel shows; null for the workflow itself. */
export function useChosen(): [number | null, (position: number | null) => void] {
  const [query, setQuery] = useSearchParams();
  const asked = Number(query.get("action") ?? "0");
  const choose = useCallback(
    (position: number | null) => {
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          if (position === null) next.delete("action");
          else next.set("action", String(position + 1));
          return next;
        },
        { replace: true },
      );
    },
    [setQuery],
  );
  return [Number.isInteger(asked) && asked > 0 ? asked - 1 : null, choose];
}
