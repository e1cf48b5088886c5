import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";

import type { Levels } from "../draft/levels";
import { fit, reveal, sizeOf } from "./fitting";
import { layOut } from "./layout";

const SMOOTHLY = { duration: 200 };

/** Shows the flow as the room allows: anew when it or its pane has another size. */
export function useFit(levels: Levels, chosen: number | null) {
  const pane = useRef<HTMLDivElement>(null);
  const { getViewport, setViewport } = useReactFlow();
  const shown = useRef({ levels, chosen, size: "" });

  /** Shows the flow anew, or as it is seen now, and in both cases the action at a position. */
  const show = useCallback(
    (isAnew: boolean, position: number | null, options?: typeof SMOOTHLY) => {
      if (!pane.current) return;
      const { clientWidth: width, clientHeight: height } = pane.current;
      const { levels: now } = shown.current;
      const before = getViewport();
      const begin = isAnew ? fit(now, { width, height }) : before;
      const box = position === null ? undefined : layOut(now).get(position);
      const view = box ? reveal(begin, { width, height }, box) : begin;
      if (view !== before) void setViewport(view, options);
    },
    [getViewport, setViewport],
  );

  useEffect(() => {
    const { width, height } = sizeOf(levels);
    const size = `${String(width)} ${String(height)}`;
    const isAnew = shown.current.size !== size;
    shown.current = { levels, chosen, size };
    show(isAnew, chosen, SMOOTHLY);
  }, [levels, chosen, show]);

  useEffect(() => {
    const element = pane.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      show(true, shown.current.chosen);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [show]);

  return { pane, show };
}
