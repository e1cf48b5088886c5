import { Checkbox } from "@chakra-ui/react";
import { memo } from "react";

interface BoxProps {
  label: string;
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
}

/** A checkbox whose label is for screen readers only. */
export const ChoiceBox = memo(function ChoiceBox({ label, checked, onChange }: BoxProps) {
  return (
    <Checkbox.Root
      size="sm"
      checked={checked}
      onCheckedChange={(change) => {
        onChange(change.checked === true);
      }}
    >
      <Checkbox.HiddenInput aria-label={label} />
      <Checkbox.Control />
    </Checkbox.Root>
  );
});
