import { Input } from "@chakra-ui/react";

import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

/** Arithmetic over fields. */
export function CalculationValue({ value, onChange, label, isReadOnly }: ValueProps) {
  return (
    <Input
      size="sm"
      width="24rem"
      maxWidth="full"
      fontFamily="mono"
      spellCheck={false}
      aria-label={label}
      placeholder="duration * attendee_count > 120"
      readOnly={isReadOnly}
      value={asText(value)}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value);
      }}
    />
  );
}
