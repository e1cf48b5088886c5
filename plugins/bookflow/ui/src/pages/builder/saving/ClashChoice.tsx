import { Box, Fieldset, RadioGroup, SimpleGrid, Text } from "@chakra-ui/react";

import { conditionsInWords } from "../draft/conditionWords";
import type { Clash, Side } from "../draft/merging";
import { isRecord, textOf } from "../draft/spec";

interface Props {
  clash: Clash;
  chosen: Side | undefined;
  onChoose: (side: Side) => void;
}

const SIDES = [
  { side: "mine", label: "Yours" },
  { side: "theirs", label: "Theirs" },
] as const;

/** Asks whose change is to stand, where both changed the same. */
export function ClashChoice({ clash, chosen, onChoose }: Props) {
  return (
    <Fieldset.Root gap={1} mb={3}>
      <Fieldset.Legend fontSize="sm" fontWeight="medium">
        {sayPlace(clash.path)}
      </Fieldset.Legend>
      <RadioGroup.Root
        borderWidth="1px"
        borderRadius="md"
        px={3}
        py={2}
        size="sm"
        value={chosen ?? null}
        onValueChange={({ value }) => {
          onChoose(value === "mine" ? "mine" : "theirs");
        }}
      >
        <SimpleGrid columns={{ base: 1, md: 2 }} gap={3}>
          {SIDES.map(({ side, label }) => (
            <Box key={side} minWidth={0}>
              <RadioGroup.Item value={side}>
                <RadioGroup.ItemHiddenInput />
                <RadioGroup.ItemIndicator />
                <RadioGroup.ItemText>{label}</RadioGroup.ItemText>
              </RadioGroup.Item>
              <Text
                fontSize="sm"
                color="fg.muted"
                whiteSpace="pre-wrap"
                overflowWrap="anywhere"
                maxHeight="8rem"
                overflowY="auto"
                ps={6}
              >
                {sayValue(clash.path, clash[side])}
              </Text>
            </Box>
          ))}
        </SimpleGrid>
      </RadioGroup.Root>
    </Fieldset.Root>
  );
}

/** Where it stands, in words: "Description", "Action Welcome: message". */
export function sayPlace(path: readonly string[]): string {
  const words = path.map((step) => step.replaceAll("_", " "));
  const [owner, name, ...rest] = words;
  if (owner !== "actions" || name === undefined) return capitalize(words.join(", "));
  if (name === "order of the actions") return "The order of the actions";
  const action = path[1] ?? name;
  return rest.length ? `Action ${action}: ${rest.join(", ")}` : `Action ${action}`;
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What one of them made of it, in words where that is possible. */
export function sayValue(path: readonly string[], value: unknown): string {
  if (value === undefined) return "taken out";
  if (path.at(-1) === "conditions") return conditionsInWords(value) || JSON.stringify(value);
  if (path[0] === "actions" && path.length === 2 && isRecord(value)) return "kept, with changes";
  if (Array.isArray(value) && value.every((item) => !isRecord(item))) {
    return value.map(textOf).join(", ");
  }
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value, null, 2) : textOf(value);
}
