import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

import type { View } from "./DraftBar";

/** Whether the flow or the YAML is shown; what was not asked for is as given. */
export function useView(otherwise: View): [View, (view: View) => void] {
  const [query, setQuery] = useSearchParams();
  const asked = query.get("view");
  const show = useCallback(
    (view: View) => {
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          next.set("view", view);
          return next;
        },
        { replace: true },
      );
    },
    [setQuery],
  );
  return [asked === "yaml" || asked === "flow" ? asked : otherwise, show];
}
