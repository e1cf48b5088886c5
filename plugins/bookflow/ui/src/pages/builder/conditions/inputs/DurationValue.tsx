import { HStack, Input, NativeSelect } from "@chakra-ui/react";

import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

const UNITS: Record<string, string> = { m: "minutes", h: "hours", d: "days", w: "weeks" };

/** A length of time; one that is put together, such as `1h30m`, stays text. */
export function DurationValue({ value, onChange, label, isReadOnly }: ValueProps) {
  const text = asText(value).trim();
  const found = /^(\d*)\s*([mhdw]?)$/.exec(text);
  const [, count = "", unit = ""] = found ?? [];
  return (
    <HStack gap={1}>
      <Input
        size="sm"
        width={found ? "5rem" : "9rem"}
        aria-label={label}
        inputMode={found ? "numeric" : undefined}
        placeholder="24"
        readOnly={isReadOnly}
        value={found ? count : text}
        onChange={({ currentTarget: { value: next } }) => {
          onChange(found && /^\d*$/.test(next) ? next + (unit || "m") : next);
        }}
      />
      {found ? (
        <NativeSelect.Root size="sm" width="auto" disabled={isReadOnly}>
          <NativeSelect.Field
            aria-label={`Unit of ${label}`}
            value={unit || "m"}
            onChange={({ currentTarget }) => {
              onChange(count + currentTarget.value);
            }}
          >
            {Object.entries(UNITS).map(([letter, name]) => (
              <option key={letter} value={letter}>
                {name}
              </option>
            ))}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      ) : null}
    </HStack>
  );
}
