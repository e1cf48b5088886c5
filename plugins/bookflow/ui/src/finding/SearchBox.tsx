import { Field, Input } from "@chakra-ui/react";
import { useState } from "react";

import { useDebounced } from "../inputs/useDebounced";

const TYPING_MS = 300;

interface Typing {
  typed: string;
  onType: (text: string) => void;
  /** What is looked for, once the typing rests. */
  search: string;
}

/** What somebody types into a search box, and what to look for. */
export function useTypedSearch(): Typing {
  const [typed, onType] = useState("");
  return { typed, onType, search: useDebounced(typed.trim(), TYPING_MS) };
}

interface Props extends Pick<Typing, "typed" | "onType"> {
  label: string;
  placeholder: string;
}

/** Where one types what one looks for. */
export function SearchBox({ label, placeholder, typed, onType }: Props) {
  return (
    <Field.Root maxWidth="28rem">
      <Field.Label fontSize="sm">{label}</Field.Label>
      <Input
        size="sm"
        type="search"
        value={typed}
        placeholder={placeholder}
        autoComplete="off"
        onChange={({ target }) => {
          onType(target.value);
        }}
      />
    </Field.Root>
  );
}
