import { Button, Flex, Text } from "@chakra-ui/react";

import type { Account, WorkflowSummary } from "../../api/schema";
import { mayChange } from "../../api/workflows";

const MOST_TESTS = 100;
const MOST_CHANGES = 500;

const UNSEEN = { display: "none" };

interface Props {
  chosen: WorkflowSummary[];
  account: Account;
  onBulk: (job: "activate" | "deactivate" | "test", workflows: WorkflowSummary[]) => void;
  onClear: () => void;
}

/**
 * What can be done with the chosen workflows; it stays at the foot of the screen.
 *
 * Where none is chosen it is there unseen: the rules it brings would have the browser style all
 * rows anew.
 */
export function SelectionBar({ chosen, account, onBulk, onClear }: Props) {
  const isUnseen = chosen.length === 0;
  const mayEdit = isUnseen
    ? account.may_edit
    : chosen.some((workflow) => mayChange(account, workflow));
  const tooMany = (most: number) =>
    chosen.length > most ? `At most ${String(most)} at once` : undefined;
  const job = (name: "activate" | "deactivate" | "test", most: number) => ({
    size: "sm" as const,
    variant: "outline" as const,
    disabled: chosen.length > most,
    title: tooMany(most),
    onClick: () => {
      onBulk(name, chosen);
    },
  });
  return (
    <Flex
      style={isUnseen ? UNSEEN : undefined}
      role={isUnseen ? undefined : "region"}
      aria-label={isUnseen ? undefined : "Selected workflows"}
      position="sticky"
      bottom={3}
      mt={4}
      p={2}
      pl={4}
      gap={2}
      align="center"
      wrap="wrap"
      bg="bg.panel"
      borderWidth="1px"
      rounded="md"
      shadow="md"
      width="fit-content"
      zIndex="docked"
    >
      <Text fontSize="sm" mr={2} aria-live="polite">
        {chosen.length.toLocaleString()} selected
      </Text>
      {mayEdit ? (
        <>
          <Button {...job("activate", MOST_CHANGES)}>Activate…</Button>
          <Button {...job("deactivate", MOST_CHANGES)}>Deactivate…</Button>
        </>
      ) : null}
      <Button {...job("test", MOST_TESTS)}>Test…</Button>
      <Button size="sm" variant="ghost" onClick={onClear}>
        Select none
      </Button>
    </Flex>
  );
}
