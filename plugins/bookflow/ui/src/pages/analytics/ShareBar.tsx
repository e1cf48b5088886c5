import { Box } from "@chakra-ui/react";

interface Props {
  /** Per cent of the whole. */
  share: number;
  color?: string;
}

/** Draws a share beside its number. */
export function ShareBar({ share, color = "border.emphasized" }: Props) {
  return (
    <Box aria-hidden bg="bg.muted" borderRadius="sm" height="0.4rem" width="6rem" maxWidth="full">
      <Box
        bg={color}
        borderRadius="sm"
        height="full"
        width={`${String(Math.min(100, Math.max(1, share)))}%`}
      />
    </Box>
  );
}
