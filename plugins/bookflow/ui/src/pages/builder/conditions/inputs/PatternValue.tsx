import { Box, Input, Text } from "@chakra-ui/react";
import { useId } from "react";

import { faultOfPattern } from "../patterns";
import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

/** A regular expression, with a warning where it can't work. */
export function PatternValue({ value, onChange, label, isReadOnly }: ValueProps) {
  const note = useId();
  const fault = faultOfPattern(asText(value));
  return (
    <Box minWidth={0}>
      <Input
        size="sm"
        width="16rem"
        maxWidth="full"
        fontFamily="mono"
        spellCheck={false}
        aria-label={label}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? note : undefined}
        placeholder="^trial"
        readOnly={isReadOnly}
        value={asText(value)}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      />
      {fault ? (
        <Text id={note} fontSize="xs" color="fg.warning" mt={1}>
          {fault}
        </Text>
      ) : null}
    </Box>
  );
}
