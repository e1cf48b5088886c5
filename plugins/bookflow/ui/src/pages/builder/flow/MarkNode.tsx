import { Box } from "@chakra-ui/react";
import type { NodeProps } from "@xyflow/react";

/** Shows where what is dragged would go. */
export function MarkNode({ width, height }: NodeProps) {
  return (
    <Box
      width={`${String(width ?? 0)}px`}
      height={`${String(height ?? 0)}px`}
      borderRadius="md"
      borderWidth="2px"
      borderStyle="dashed"
      borderColor="blue.solid"
      bg="blue.subtle"
      opacity={0.6}
    />
  );
}
