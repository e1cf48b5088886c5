import { Box } from "@chakra-ui/react";
import type { ReactNode } from "react";

/** One fact within a `<dl>`: what it is, and how it is. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Box minWidth={0}>
      <Box as="dt" fontSize="xs" color="fg.muted">
        {name}
      </Box>
      <Box as="dd" overflowWrap="anywhere">
        {children}
      </Box>
    </Box>
  );
}
