import { HStack, Text } from "@chakra-ui/react";

import type { ValueProps } from "./inputProps";
import { OneValue } from "./OneValue";

/** Two ends, both included. */
export function PairValue({ value, onChange, label, ...rest }: ValueProps) {
  const [low = "", high = ""] = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <HStack gap={2} wrap="wrap">
      <OneValue
        {...rest}
        label={`${label}, from`}
        value={low}
        onChange={(next) => {
          onChange([next, high]);
        }}
      />
      <Text fontSize="sm">and</Text>
      <OneValue
        {...rest}
        label={`${label}, to`}
        value={high}
        onChange={(next) => {
          onChange([low, next]);
        }}
      />
    </HStack>
  );
}
