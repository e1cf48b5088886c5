import { Center, Spinner, VisuallyHidden } from "@chakra-ui/react";

/** Something is under way. */
export function Loading({ what = "the page" }: { what?: string }) {
  return (
    <Center py={12} role="status">
      <Spinner color="fg.muted" />
      <VisuallyHidden>Loading {what}…</VisuallyHidden>
    </Center>
  );
}
