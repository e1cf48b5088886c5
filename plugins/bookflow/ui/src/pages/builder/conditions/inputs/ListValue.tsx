import { TagsInput } from "@chakra-ui/react";

import { asText, readTyped } from "../valueFits";
import type { ValueProps } from "./inputProps";

/** Several values: each is added with Enter or a comma. */
export function ListValue({ value, onChange, field, label, isReadOnly }: ValueProps) {
  const before: unknown[] = Array.isArray(value) ? value : value == null ? [] : [value];
  const shown = before.map(asText);
  const change = (texts: string[]) => {
    const type = field?.type ?? "any";
    onChange(
      texts.map((text) => {
        // what was there keeps its kind, such as a number of an answer
        const known = shown.indexOf(text);
        return known >= 0 ? before[known] : readTyped(text, type, before[0]);
      }),
    );
  };
  return (
    <TagsInput.Root
      size="sm"
      width="22rem"
      maxWidth="full"
      value={shown}
      readOnly={isReadOnly}
      addOnPaste
      delimiter=","
      blurBehavior="add"
      onValueChange={(next) => {
        change(next.value);
      }}
    >
      <TagsInput.Control>
        <TagsInput.Items />
        <TagsInput.Input
          aria-label={label}
          placeholder={shown.length ? "Add another" : "Type a value, then Enter"}
        />
      </TagsInput.Control>
    </TagsInput.Root>
  );
}
