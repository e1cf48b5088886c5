import { Box, Text, VisuallyHidden } from "@chakra-ui/react";

import type { DiffLine } from "./lineDiff";

const LOOKS: Record<DiffLine["sign"], { bg?: string; color: string; said: string }> = {
  "+": { bg: "green.subtle", color: "green.fg", said: "added: " },
  "-": { bg: "red.subtle", color: "red.fg", said: "removed: " },
  " ": { color: "fg", said: "" },
  "…": { color: "fg.muted", said: "some lines later" },
};

/** A comparison of texts; signs and words say what the colors repeat. */
export function DiffView({ lines, label }: { lines: DiffLine[]; label: string }) {
  if (!lines.length) return <Text color="fg.muted">Nothing differs.</Text>;
  return (
    <Box
      as="section"
      aria-label={label}
      // what scrolls must be reachable by keyboard
      tabIndex={0}
      fontFamily="mono"
      fontSize="xs"
      borderWidth="1px"
      borderRadius="md"
      maxHeight="22rem"
      overflow="auto"
    >
      <Box minWidth="max-content" py={1}>
        {lines.map(({ sign, text }, at) => {
          const { bg, color, said } = LOOKS[sign];
          return (
            <Box key={at} whiteSpace="pre" px={2} bg={bg} color={color}>
              {said ? <VisuallyHidden>{said}</VisuallyHidden> : null}
              <span aria-hidden>{sign} </span>
              {text}
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}
