import { Box, VisuallyHidden } from "@chakra-ui/react";
import { type ReactNode, startTransition, useEffect, useState } from "react";

import { takeTurn } from "./takingTurns";

const FAR = { display: "grid", minWidth: 0, contentVisibility: "auto" } as const;

interface Props {
  /** The height that is kept free meanwhile, so that little moves. */
  room: string;
  /** Far down, where it is laid out only once one comes near. */
  isFar?: boolean;
  children: ReactNode;
}

/** Draws a part of a page after the parts before it, so that no click waits for all of them. */
export function InTurn({ room, isFar = false, children }: Props) {
  const [isDrawn, setDrawn] = useState(false);
  useEffect(
    () =>
      takeTurn(() => {
        startTransition(() => {
          setDrawn(true);
        });
      }),
    [],
  );
  if (isDrawn && !isFar) return children;
  if (isDrawn)
    return <div style={{ ...FAR, containIntrinsicSize: `auto ${room}` }}>{children}</div>;
  return (
    <Box minHeight={room} aria-busy>
      <VisuallyHidden>Loading the rest…</VisuallyHidden>
    </Box>
  );
}
