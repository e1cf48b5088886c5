import { Field, NativeSelect } from "@chakra-ui/react";

interface ChoiceProps {
  label: string;
  value: string;
  options: Record<string, string>;
  onChoose: (value: string) => void;
}

/** A filter with few values. */
export function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <Field.Root width="auto">
      <Field.Label fontSize="xs">{label}</Field.Label>
      <NativeSelect.Root size="sm" width="13rem">
        <NativeSelect.Field
          value={value}
          onChange={(event) => {
            onChoose(event.target.value);
          }}
        >
          {Object.entries(options).map(([key, name]) => (
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
