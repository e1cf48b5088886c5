import { Badge } from "@chakra-ui/react";

const PALETTES: Record<string, string> = {
  completed: "green",
  sent: "green",
  delivered: "green",
  updated: "green",
  active: "green",
  healthy: "green",
  closed: "green",
  failed: "red",
  invalid: "red",
  unhealthy: "red",
  open: "red",
  running: "blue",
  pending: "blue",
  planned: "purple",
  retrying: "orange",
  waiting: "orange",
  degraded: "orange",
  skipped: "yellow",
};

interface Props {
  status: string;
  /** Other words for it, where those of the API would not be understood. */
  label?: string;
}

/** How something stands; the word says it, the color repeats it. */
export function StatusBadge({ status, label = status.replaceAll("_", " ") }: Props) {
  return (
    <Badge colorPalette={PALETTES[status] ?? "gray"} variant="subtle">
      {label}
    </Badge>
  );
}
