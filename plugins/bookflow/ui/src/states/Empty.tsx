import { EmptyState, VStack } from "@chakra-ui/react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
}

/** Nothing is there, and what to do so that something is. */
export function Empty({ title, children }: Props) {
  return (
    <EmptyState.Root>
      <EmptyState.Content>
        <VStack textAlign="center">
          <EmptyState.Title>{title}</EmptyState.Title>
          <EmptyState.Description>{children}</EmptyState.Description>
        </VStack>
      </EmptyState.Content>
    </EmptyState.Root>
  );
}
