import { memo } from "react";

interface BoxProps {
  label: string;
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
}

/** A checkbox whose label is for screen readers only; the browser's own, since a list has many. */
export const ChoiceBox = memo(function ChoiceBox({ label, checked, onChange }: BoxProps) {
  return (
    <label className="bf-tick">
      <input
        ref={(box) => {
          if (box) box.indeterminate = checked === "indeterminate";
        }}
        type="checkbox"
        aria-label={label}
        checked={checked === true}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
    </label>
  );
});
