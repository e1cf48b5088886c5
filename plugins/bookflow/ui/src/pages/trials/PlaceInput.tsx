import { Field, Input } from "@chakra-ui/react";
import { useId } from "react";

import { type Places, sayPlaces } from "./testPlaces";

interface Props {
  name: string;
  type: "email" | "tel" | "url";
  places: Places;
  value: string;
  onChange: (value: string) => void;
}

/** Where the test messages of one channel go; offers what is allowed. */
export function PlaceInput({ name, type, places, value, onChange }: Props) {
  const id = useId();
  const { exact, otherwise } = places;
  const allowed = sayPlaces(places);
  return (
    <Field.Root>
      <Field.Label fontSize="sm">{name}</Field.Label>
      <Input
        size="sm"
        type={type}
        list={exact.length ? id : undefined}
        value={value}
        placeholder={otherwise ?? ""}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      />
      {exact.length ? (
        <datalist id={id}>
          {exact.map((place) => (
            <option key={place} value={place} />
          ))}
        </datalist>
      ) : null}
      <Field.HelperText overflowWrap="anywhere">
        {otherwise ? `Left empty: ${otherwise}. ` : ""}
        {allowed ? `Allowed: ${allowed}.` : "No place is allowed for these, so none can be sent."}
      </Field.HelperText>
    </Field.Root>
  );
}
