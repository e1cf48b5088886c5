import { Button, HStack, Input, Textarea } from "@chakra-ui/react";
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
  /** What others wrote there, to choose by a click while nothing is. */
  known?: readonly string[];
}

const MOST_KNOWN = 6;

/** A key of the workflow that is a text; empty it is left out. */
export function SpecText(props: Props) {
  const { name, label, help, isLong, isMono, isRequired, placeholder, known = [] } = props;
  const { spec, edit, isLocked } = useEditing();
  const offered = textOf(spec[name]) || isLocked ? [] : known.slice(0, MOST_KNOWN);
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
      {offered.length ? (
        <HStack gap={1} wrap="wrap">
          {offered.map((word) => (
            <Button
              key={word}
              size="2xs"
              variant="outline"
              onClick={() => {
                edit((now) => withKey(now, name, word), name);
              }}
            >
              {word}
            </Button>
          ))}
        </HStack>
      ) : null}
    </SpecField>
  );
}
