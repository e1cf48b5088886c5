import { Field, NativeSelect } from "@chakra-ui/react";

interface Props {
  label: string;
  value: string;
  /** Names by value, in the order in which they are shown. */
  choices: Record<string, string>;
  /** What stands there where nothing is chosen; without it something always is. */
  any?: string;
  onChange: (value: string) => void;
}

/** A filter with a few values. */
export function FilterChoice({ label, value, choices, any, onChange }: Props) {
  // what the address asks for is shown even where it is not known
  const isKnown = value === "" || value in choices;
  return (
    <Field.Root width={{ base: "calc(50% - 6px)", sm: "11rem" }}>
      <Field.Label fontSize="xs" color="fg.muted">
        {label}
      </Field.Label>
      <NativeSelect.Root size="sm">
        <NativeSelect.Field
          value={value}
          onChange={({ target }) => {
            onChange(target.value);
          }}
        >
          {any === undefined ? null : <option value="">{any}</option>}
          {isKnown ? null : <option value={value}>{value}</option>}
          {Object.entries(choices).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    </Field.Root>
  );
}
