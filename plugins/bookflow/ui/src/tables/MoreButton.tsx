import { Button } from "@chakra-ui/react";

interface Props {
  isLoading: boolean;
  onMore: () => void;
}

/** Asks for the next page of a list; a spinner would have the browser style the whole list anew. */
export function MoreButton({ isLoading, onMore }: Props) {
  return (
    <Button
      mt={3}
      size="sm"
      variant="outline"
      aria-busy={isLoading}
      onClick={isLoading ? undefined : onMore}
    >
      {isLoading ? "Loading more…" : "Show more"}
    </Button>
  );
}
