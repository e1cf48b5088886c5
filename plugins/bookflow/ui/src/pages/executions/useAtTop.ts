import { useEffect, useRef, useState } from "react";

/** Tells whether the top of a list, marked by an element with this ref, is on the screen. */
export function useAtTop<T extends Element>() {
  const top = useRef<T>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  useEffect(() => {
    if (!top.current || !("IntersectionObserver" in window)) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      setIsAtTop(entry?.isIntersecting ?? true);
    });
    observer.observe(top.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return { top, isAtTop };
}
