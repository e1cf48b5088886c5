import { Button, Field, Flex, HStack, Input, NativeSelect } from "@chakra-ui/react";
import { useMemo } from "react";

import { useLateOptions } from "../../inputs/useLateOptions";
import { DEFAULT_PERIOD, listZones, PERIODS, readPeriod } from "./figureFilter";
import { useSearchParts } from "../../urlState/useSearchParts";

const CHOICES = [...PERIODS, { value: "custom", label: "Custom" }];

/** Chooses which time is counted, and in whose days. */
export function PeriodPicker() {
  const [search, change] = useSearchParts();
  const { period, from, to, zone } = readPeriod(search);
  const zones = useMemo(() => listZones(zone), [zone]);
  const { offered, turning } = useLateOptions(zones, (name) => name === zone);
  return (
    <Flex gap={3} wrap="wrap" align="flex-end">
      <HStack role="group" aria-label="Period" gap={1} wrap="wrap">
        {CHOICES.map(({ value, label }) => (
          <Button
            key={value}
            size="sm"
            variant={period === value ? "solid" : "outline"}
            aria-pressed={period === value}
            onClick={() => {
              change({ period: value === DEFAULT_PERIOD ? undefined : value });
            }}
          >
            {label}
          </Button>
        ))}
      </HStack>
      {period === "custom" ? (
        <HStack gap={2} align="flex-start">
          <DayField
            label="First day"
            day={from}
            max={to}
            onChange={(day) => {
              change({ from: day });
            }}
          />
          <DayField
            label="Last day"
            day={to}
            min={from}
            problem={tellProblem(from, to)}
            onChange={(day) => {
              change({ to: day });
            }}
          />
        </HStack>
      ) : null}
      <Field.Root width="auto" maxWidth="full">
        <Field.Label fontSize="xs">Time zone</Field.Label>
        <NativeSelect.Root size="sm" width="14rem" maxWidth="full">
          <NativeSelect.Field
            value={zone}
            {...turning}
            onChange={(event) => {
              change({ zone: event.target.value });
            }}
          >
            {offered.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </Field.Root>
    </Flex>
  );
}

/** Why a custom period can't be counted; the last 30 days are shown until it can. */
function tellProblem(from: string, to: string): string | undefined {
  if (!from || !to) return "Until both days are chosen, the last 30 days are shown.";
  return to < from ? "The last day lies before the first; the last 30 days are shown." : undefined;
}

interface DayFieldProps {
  label: string;
  day: string;
  min?: string;
  max?: string;
  problem?: string;
  onChange: (day: string) => void;
}

function DayField({ label, day, min, max, problem, onChange }: DayFieldProps) {
  return (
    <Field.Root width="10rem">
      <Field.Label fontSize="xs">{label}</Field.Label>
      <Input
        type="date"
        size="sm"
        value={day}
        min={min ? min : undefined}
        max={max ? max : undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      {problem ? <Field.HelperText>{problem}</Field.HelperText> : null}
    </Field.Root>
  );
}
