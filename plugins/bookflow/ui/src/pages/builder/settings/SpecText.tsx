import { Input, Textarea } from "@chakra-ui/react";
import type { ReactNode } from "react";

import { textOf, withKey } from "../draft/spec";
import { useEditing } from "../editing";
import { SpecField } from "./SpecField";

interface Props {
  name: string;
  label: string;
  help?: ReactNode;
  placeholder?: string;
  isRequired?: boolean;
  isLong?: boolean;
  isMono?: boolean;
}

/** A key of the workflow that is a text; empty it is left out. */
export function SpecText({ name, label, help, isLong, isMono, isRequired, placeholder }: Props) {
  const { spec, edit } = useEditing();
  const shared = {
    size: "sm" as const,
    value: textOf(spec[name]),
    placeholder,
    fontFamily: isMono ? "mono" : undefined,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
      edit((now) => withKey(now, name, value), name);
    },
  };
  return (
    <SpecField path={name} label={label} help={help} isRequired={isRequired}>
      {isLong ? <Textarea rows={2} autoresize {...shared} /> : <Input {...shared} />}
    </SpecField>
  );
}
