import { createContext, type KeyboardEvent, useContext } from "react";

interface Flow {
  choose: (position: number | null) => void;
  onKey: (event: KeyboardEvent, position: number) => void;
  /** Brings the box that has the focus into sight. */
  onFocus: (position: number | null) => void;
}

export const FlowContext = createContext<Flow>({
  choose: () => undefined,
  onKey: () => undefined,
  onFocus: () => undefined,
});

/** What boxes of the flow do when they are used. */
export function useFlow(): Flow {
  return useContext(FlowContext);
}
