import { Box, Text, VisuallyHidden } from "@chakra-ui/react";

import { countChanges, type DiffLine, type LineKind } from "./diffLines";

const LOOKS: Record<LineKind, { sign: string; said: string; bg?: string; color?: string }> = {
  added: { sign: "+", said: "added: ", bg: "green.subtle", color: "green.fg" },
  removed: { sign: "−", said: "removed: ", bg: "red.subtle", color: "red.fg" },
  same: { sign: "", said: "" },
  gap: { sign: "⋯", said: "unchanged lines are left out", color: "fg.muted" },
};

interface Props {
  lines: DiffLine[];
  label?: string;
  /** Beyond which it scrolls; as high as it needs to be where absent. */
  maxHeight?: string;
}

/** A difference line by line; signs and hidden words say what the colors say. */
export function Diff({ lines, label = "Difference, line by line", maxHeight }: Props) {
  if (lines.length === 0) return <Text color="fg.muted">Nothing differs.</Text>;
  return (
    <>
      <Text fontSize="sm" color="fg.muted" mb={2}>
        {countChanges(lines)}
      </Text>
      <Box
        role="region"
        aria-label={label}
        // a region that scrolls must be reachable by keys
        tabIndex={0}
        borderWidth="1px"
        rounded="md"
        overflow="auto"
        maxHeight={maxHeight}
        fontFamily="mono"
        fontSize="xs"
        lineHeight="1.6"
      >
        <Box minWidth="max-content" py={1}>
          {lines.map(({ kind, text }, at) => {
            const { sign, said, bg, color } = LOOKS[kind];
            return (
              <Box key={at} display="flex" bg={bg} color={color}>
                <Box
                  as="span"
                  aria-hidden
                  width={6}
                  textAlign="center"
                  flexShrink={0}
                  userSelect="none"
                >
                  {sign}
                </Box>
                <Box as="span" whiteSpace="pre" pr={3}>
                  {said ? <VisuallyHidden>{said}</VisuallyHidden> : null}
                  {text}
                </Box>
              </Box>
            );
          })}
        </Box>
      </Box>
    </>
  );
}
