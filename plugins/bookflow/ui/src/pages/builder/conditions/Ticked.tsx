import { Code } from "@chakra-ui/react";

import type { Piece } from "./traces";

/** A sentence in which `ticks` mark names and values. */
export function Ticked({ children }: { children: string }) {
  return (
    <Pieces of={children.split("`").map((text, index) => ({ text, isCode: index % 2 === 1 }))} />
  );
}

/** A sentence of pieces, some of which are names and values. */
export function Pieces({ of }: { of: Piece[] }) {
  return of.map(({ text, isCode }, index) =>
    isCode ? (
      <Code key={index} size="sm" overflowWrap="anywhere" whiteSpace="pre-wrap">
        {text}
      </Code>
    ) : (
      text
    ),
  );
}
