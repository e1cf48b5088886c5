import { Code } from "@chakra-ui/react";

/** A part of a sentence, and whether it is a name or a value. */
export interface Piece {
  text: string;
  isCode?: boolean;
}

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
