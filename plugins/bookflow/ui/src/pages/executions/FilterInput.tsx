import { Field, Input } from "@chakra-ui/react";
import { useId, useState } from "react";

interface Props {
  label: string;
  value: string;
  placeholder?: string;
  suggestions?: string[];
  /** Called while one types, so that suggestions can be looked up. */
  onType?: (text: string) => void;
  onChange: (value: string) => void;
}

/** A filter that is typed: it takes effect on Enter, on leaving, or when a suggestion is taken. */
export function FilterInput({ label, value, placeholder, suggestions, onType, onChange }: Props) {
  const [text, setText] = useState(value);
  const [from, setFrom] = useState(value);
  const list = useId();
  // the address may change without us, such as by "Clear filters"
  if (value !== from) {
    setFrom(value);
    setText(value);
  }
  const commit = (next: string) => {
    if (next.trim() !== value) onChange(next.trim());
  };
  return (
    <Field.Root width={{ base: "calc(50% - 6px)", sm: "13rem" }}>
      <Field.Label fontSize="xs" color="fg.muted">
        {label}
      </Field.Label>
      <Input
        size="sm"
        value={text}
        placeholder={placeholder}
        list={suggestions ? list : undefined}
        autoComplete="off"
        onChange={({ target }) => {
          setText(target.value);
          onType?.(target.value);
          if (suggestions?.includes(target.value) || target.value === "") commit(target.value);
        }}
        onBlur={() => {
          commit(text);
        }}
        onKeyDown={({ key }) => {
          if (key === "Enter") commit(text);
        }}
      />
      {suggestions ? (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </Field.Root>
  );
}
