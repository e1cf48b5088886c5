import { Field, Input, NativeSelect, VStack } from "@chakra-ui/react";

import { findField, useContextFields } from "../../../api/context";
import { isRecord, textOf, withKey } from "../draft/spec";
import { FieldIssues } from "../FieldIssues";
import { PairsInput } from "./PairsInput";

interface Props {
  path: string;
  value: unknown;
  onChange: (value: Record<string, unknown>) => void;
  readOnly?: boolean;
}

/** The fields of a booking that an action may set; those left empty stay as they are. */
export function BookingValues({ path, value, onChange, readOnly = false }: Props) {
  const { data } = useContextFields();
  const given = isRecord(value) ? value : {};
  const names = [...new Set([...Object.keys(data?.updatable_fields ?? {}), ...Object.keys(given)])];
  const set = (name: string, next: unknown) => {
    onChange(withKey(given, name, next));
  };
  return (
    <VStack align="stretch" gap={3} width="full">
      {names.map((name) => {
        const label = name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
        const choices =
          (data && (findField(data, `booking_${name}`) ?? findField(data, name))?.choices) ?? [];
        if (data?.updatable_fields[name] === "any" || isRecord(given[name])) {
          return (
            <Field.Root key={name}>
              <Field.Label fontSize="xs">{label}</Field.Label>
              <PairsInput
                what="answer"
                value={given[name]}
                readOnly={readOnly}
                onChange={(next) => {
                  set(name, next);
                }}
              />
              <FieldIssues path={`${path}.${name}`} />
            </Field.Root>
          );
        }
        return (
          <Field.Root key={name} disabled={readOnly} gap={1}>
            <Field.Label fontSize="xs">{label}</Field.Label>
            {choices.length ? (
              <NativeSelect.Root size="sm">
                <NativeSelect.Field
                  value={textOf(given[name])}
                  onChange={({ currentTarget }) => {
                    set(name, currentTarget.value);
                  }}
                >
                  <option value="">Leave as it is</option>
                  {choices.map((choice) => (
                    <option key={choice} value={choice}>
                      {choice.replaceAll("_", " ")}
                    </option>
                  ))}
                  {given[name] != null && !choices.includes(textOf(given[name])) ? (
                    <option value={textOf(given[name])}>{textOf(given[name])}</option>
                  ) : null}
                </NativeSelect.Field>
                <NativeSelect.Indicator />
              </NativeSelect.Root>
            ) : (
              <Input
                size="sm"
                value={textOf(given[name])}
                placeholder="Leave as it is"
                onChange={({ currentTarget }) => {
                  set(name, currentTarget.value);
                }}
              />
            )}
            <FieldIssues path={`${path}.${name}`} />
          </Field.Root>
        );
      })}
    </VStack>
  );
}
