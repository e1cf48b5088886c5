import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 47.99em)";

/** Whether the screen is too narrow for a table. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(watch, () => matchMedia(NARROW).matches);
}

function watch(changed: () => void): () => void {
  const media = matchMedia(NARROW);
  media.addEventListener("change", changed);
  return () => {
    media.removeEventListener("change", changed);
  };
}
