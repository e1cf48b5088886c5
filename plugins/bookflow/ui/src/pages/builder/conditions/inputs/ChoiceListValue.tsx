import { Checkbox, HStack } from "@chakra-ui/react";

import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

/** Some of the few values that a field has; others that stand there are offered as well. */
export function ChoiceListValue({ value, onChange, field, label, isReadOnly }: ValueProps) {
  const chosen = Array.isArray(value) ? value.map(asText) : [asText(value)].filter(Boolean);
  const choices = [...new Set([...(field?.choices ?? []), ...chosen])];
  return (
    <HStack role="group" aria-label={label} gap={3} wrap="wrap">
      {choices.map((choice) => (
        <Checkbox.Root
          key={choice}
          size="sm"
          readOnly={isReadOnly}
          checked={chosen.includes(choice)}
          onCheckedChange={({ checked }) => {
            const kept = chosen.filter((other) => other !== choice);
            onChange(checked === true ? [...kept, choice] : kept);
          }}
        >
          <Checkbox.HiddenInput />
          <Checkbox.Control />
          <Checkbox.Label>{choice.replaceAll("_", " ")}</Checkbox.Label>
        </Checkbox.Root>
      ))}
    </HStack>
  );
}
