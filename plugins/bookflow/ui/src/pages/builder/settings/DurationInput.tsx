import { Button, HStack, Input, NativeSelect } from "@chakra-ui/react";
import { useState } from "react";

import { durationInWords, minutesOf } from "../draft/durations";
import { textOf } from "../draft/spec";

interface Props {
  label: string;
  value: unknown;
  onChange: (value: string | number | undefined) => void;
  isDisabled?: boolean;
  /** What others choose, as it is written: a click takes it. */
  examples?: readonly (string | number)[];
}

const UNITS = { m: "minutes", h: "hours", d: "days", w: "weeks" } as const;
type Unit = keyof typeof UNITS;
const SIZES: Record<Unit, number> = { m: 1, h: 60, d: 1_440, w: 10_080 };

/** A length of time as a number and a unit; it is written as `24h`, minutes as `15`. */
export function DurationInput({ label, value, onChange, isDisabled, examples = [] }: Props) {
  const [chosen, choose] = useState<Unit | null>(null);
  const minutes = minutesOf(value);
  if (value != null && value !== "" && minutes === null) {
    return (
      <Input
        size="sm"
        aria-label={label}
        value={textOf(value)}
        disabled={isDisabled}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value || undefined);
        }}
      />
    );
  }
  const unit = unitOf(value, minutes ?? 0, chosen);
  const write = (count: string, as: Unit) => {
    const whole = Math.max(0, Math.trunc(Number(count)));
    if (count === "" || !Number.isFinite(whole)) onChange(undefined);
    else onChange(as === "m" ? whole : `${String(whole)}${as}`);
  };
  const count = minutes === null || value == null ? "" : String(minutes / SIZES[unit]);
  return (
    <HStack gap={2} width="full" wrap="wrap">
      <Input
        size="sm"
        type="number"
        min={0}
        width="6rem"
        aria-label={label}
        value={count}
        placeholder="0"
        disabled={isDisabled}
        onChange={({ currentTarget }) => {
          write(currentTarget.value, unit);
        }}
      />
      <NativeSelect.Root size="sm" width="8rem" disabled={isDisabled}>
        <NativeSelect.Field
          aria-label={`Unit of ${label.toLowerCase()}`}
          value={unit}
          onChange={({ currentTarget }) => {
            const next = currentTarget.value as Unit;
            choose(next);
            if (count !== "") write(count, next);
          }}
        >
          {Object.entries(UNITS).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
      {isDisabled ? null : (
        <HStack gap={1} wrap="wrap">
          {examples.map((example) => (
            <Button
              key={example}
              size="2xs"
              variant="outline"
              aria-pressed={minutesOf(example) === minutes && count !== ""}
              onClick={() => {
                onChange(example);
              }}
            >
              {durationInWords(minutesOf(example) ?? 0)}
            </Button>
          ))}
        </HStack>
      )}
    </HStack>
  );
}

/** The unit it is written in, or the largest that divides it. */
function unitOf(value: unknown, minutes: number, chosen: Unit | null): Unit {
  const written = typeof value === "string" ? /^\s*\d+\s*([mhdw])\s*$/.exec(value)?.[1] : undefined;
  if (written) return written as Unit;
  if (minutes === 0) return chosen ?? "m";
  if (typeof value === "number" && chosen === "m") return "m";
  const units: Unit[] = ["w", "d", "h"];
  return units.find((unit) => minutes % SIZES[unit] === 0) ?? "m";
}
