import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

type Change = Record<string, string | undefined>;

/** The query string, and how to change parts of it; what is empty is left out. */
export function useSearchParts(): [URLSearchParams, (change: Change) => void] {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (parts: Change) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [key, value] of Object.entries(parts)) {
            if (value) after.set(key, value);
            else after.delete(key);
          }
          return after;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return [search, change];
}
