import { Badge } from "@chakra-ui/react";

import { paletteOf } from "./palettes";

interface Props {
  status: string;
  /** Other words for it, where those of the API would not be understood. */
  label?: string;
}

/** How something stands; the word says it, the color repeats it. */
export function StatusBadge({ status, label = status.replaceAll("_", " ") }: Props) {
  return (
    <Badge colorPalette={paletteOf(status)} variant="subtle">
      {label}
    </Badge>
  );
}
