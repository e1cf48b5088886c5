import { Box } from "@chakra-ui/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";

import { Notice, type NoticeKind } from "../states/Notice";

interface Said {
  text: string;
  kind: NoticeKind;
}

const Say = createContext<(text: string, kind?: NoticeKind) => void>(() => undefined);

/** Tells what became of what people did, also to screen readers: `say("Saved.")`. */
export function useSay() {
  return useContext(Say);
}

/** How long good news stays, in milliseconds; what went wrong stays until it is closed. */
const GOOD_NEWS = 8_000;

let said: Said | undefined;

/** Drops what the last page said. */
export function forgetMessages(): void {
  said = undefined;
}

/** Holds the last message; it outlives a change of the page, which mounts everything anew. */
export function Announcer({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(said);
  const show = useCallback((next: Said | undefined) => {
    said = next;
    setShown(next);
  }, []);
  const say = useCallback(
    (text: string, kind: NoticeKind = "success") => {
      show({ text, kind });
    },
    [show],
  );
  useEffect(() => {
    if (!shown || shown.kind === "error" || shown.kind === "warning") return undefined;
    const timer = setTimeout(() => {
      show(undefined);
    }, GOOD_NEWS);
    return () => {
      clearTimeout(timer);
    };
  }, [shown, show]);
  return (
    <Say.Provider value={say}>
      {children}
      <Box
        aria-live="polite"
        role="status"
        position="fixed"
        bottom={4}
        right={4}
        left={{ base: 4, md: "auto" }}
        maxWidth={{ md: "28rem" }}
        zIndex="toast"
      >
        {shown ? (
          <Notice
            kind={shown.kind}
            onClose={() => {
              show(undefined);
            }}
          >
            {shown.text}
          </Notice>
        ) : null}
      </Box>
    </Say.Provider>
  );
}
