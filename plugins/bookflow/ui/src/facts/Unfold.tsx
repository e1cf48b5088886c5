import { Box } from "@chakra-ui/react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  isOpen?: boolean;
  children: ReactNode;
}

/** Details that are there for who wants them; what the browser's own search finds, it unfolds. */
export function Unfold({ title, isOpen = false, children }: Props) {
  return (
    <Box asChild>
      <details open={isOpen}>
        <Box
          as="summary"
          cursor="pointer"
          fontSize="sm"
          color="fg.muted"
          width="fit-content"
          py={1}
        >
          {title}
        </Box>
        <Box pt={1} minWidth={0}>
          {children}
        </Box>
      </details>
    </Box>
  );
}
