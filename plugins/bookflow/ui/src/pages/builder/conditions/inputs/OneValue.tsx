import { Input, NativeSelect } from "@chakra-ui/react";
import { useId } from "react";

import { exampleOf } from "../fieldWords";
import { asText, readTyped } from "../valueFits";
import type { ValueProps } from "./inputProps";
import { MomentValue } from "./MomentValue";

/** One value of the kind that the field holds. */
export function OneValue(props: ValueProps) {
  const { value, field } = props;
  if (field?.type === "boolean" && typeof value === "boolean") return <YesOrNo {...props} />;
  if (field?.type === "datetime") return <MomentValue {...props} />;
  return <TypedValue {...props} />;
}

function YesOrNo({ value, onChange, label, isReadOnly }: ValueProps) {
  return (
    <NativeSelect.Root size="sm" width="auto" disabled={isReadOnly}>
      <NativeSelect.Field
        aria-label={label}
        value={String(value)}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value === "true");
        }}
      >
        <option value="true">yes</option>
        <option value="false">no</option>
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}

/** Text, a number or a date; fields with few values offer them, and take others as well. */
function TypedValue({ value, onChange, field, label, isReadOnly }: ValueProps) {
  const list = useId();
  const choices = field?.choices ?? [];
  const type = field?.type ?? "any";
  const isDate = type === "date" && /^(\d{4}-\d\d-\d\d)?$/.test(asText(value));
  return (
    <>
      <Input
        size="sm"
        width={type === "number" ? "7rem" : "13rem"}
        maxWidth="full"
        aria-label={label}
        type={isDate ? "date" : "text"}
        inputMode={type === "number" ? "decimal" : undefined}
        list={choices.length ? list : undefined}
        placeholder={field ? exampleOf(field) : undefined}
        value={asText(value)}
        readOnly={isReadOnly}
        onChange={({ currentTarget }) => {
          onChange(readTyped(currentTarget.value, type, value));
        }}
      />
      {choices.length ? (
        <datalist id={list}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}
