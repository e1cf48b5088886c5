import { Box, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";

interface Props {
  label: string;
  isEmpty: boolean;
  isTall?: boolean;
  /** What is said where nothing was found. */
  nothing: string;
  children: ReactNode;
}

const LOOK = {
  "& .bf-found": {
    display: "block",
    width: "full",
    textAlign: "start",
    px: 3,
    py: 2,
    overflowWrap: "anywhere",
    cursor: "pointer",
  },
  "& .bf-found:hover": { bg: "bg.muted" },
  "& .bf-found:focus-visible": {
    outline: "2px solid",
    outlineColor: "colorPalette.focusRing",
    outlineOffset: "-2px",
  },
};

/** What a search found, to choose from; says how many there are to those who do not see it. */
export function FoundList({ label, isEmpty, isTall = false, nothing, children }: Props) {
  if (isEmpty) {
    return (
      <Text fontSize="sm" color="fg.muted" role="status">
        {nothing}
      </Text>
    );
  }
  return (
    <Box
      as="ul"
      aria-label={label}
      listStyleType="none"
      borderWidth="1px"
      rounded="md"
      fontSize="sm"
      maxHeight={isTall ? undefined : "22rem"}
      overflowY="auto"
      css={LOOK}
    >
      {children}
    </Box>
  );
}

/** One line of what was found. */
export function FoundRow({ children }: { children: ReactNode }) {
  return (
    <Box as="li" borderBottomWidth="1px" _last={{ borderBottomWidth: 0 }}>
      {children}
    </Box>
  );
}
