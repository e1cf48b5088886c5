import { NativeSelect } from "@chakra-ui/react";

import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

/** One of the few values that a field has. */
export function ChoiceValue({ value, onChange, field, label, isReadOnly }: ValueProps) {
  const choices = field?.choices ?? [];
  const chosen = asText(value);
  return (
    <NativeSelect.Root size="sm" width="auto" disabled={isReadOnly}>
      <NativeSelect.Field
        aria-label={label}
        value={chosen}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      >
        {choices.includes(chosen) ? null : (
          <option value={chosen}>{chosen || "Choose a value"}</option>
        )}
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice.replaceAll("_", " ")}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}
