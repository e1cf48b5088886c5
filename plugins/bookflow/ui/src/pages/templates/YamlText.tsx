import { Box } from "@chakra-ui/react";

/** The text of a workflow's file; it scrolls within itself. */
export function YamlText({ text, label }: { text: string; label: string }) {
  return (
    <Box
      asChild
      borderWidth="1px"
      rounded="md"
      p={3}
      overflow="auto"
      maxHeight="70vh"
      bg="bg.subtle"
      fontFamily="mono"
      fontSize="xs"
      lineHeight="1.6"
    >
      {/* a region that scrolls must be reachable by keys */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre role="region" aria-label={label} tabIndex={0}>
        {text}
      </pre>
    </Box>
  );
}
