import { Checkbox, Field, Input, NativeSelect, Textarea } from "@chakra-ui/react";

import type { TemplateParameter } from "../../api/schema";
import { Ticked } from "../../states/Ticked";

interface Props {
  parameter: TemplateParameter;
  value: string | boolean;
  error?: string;
  disabled: boolean;
  onChange: (value: string | boolean) => void;
}

const INPUT_TYPES: Partial<Record<TemplateParameter["type"], string>> = {
  number: "number",
  email: "email",
  url: "url",
};
const LONG = 60;

/** One thing to fill in, with the control that fits its type. */
export function ParameterField({ parameter, value, error, disabled, onChange }: Props) {
  const { type, label, required, description } = parameter;
  if (type === "boolean") {
    return (
      <Field.Root invalid={Boolean(error)}>
        <Checkbox.Root
          checked={value === true}
          disabled={disabled}
          onCheckedChange={({ checked }) => {
            onChange(checked === true);
          }}
        >
          <Checkbox.HiddenInput />
          <Checkbox.Control />
          <Checkbox.Label>{label}</Checkbox.Label>
        </Checkbox.Root>
        <Hints description={description} error={error} />
      </Field.Root>
    );
  }
  return (
    <Field.Root required={required} invalid={Boolean(error)} disabled={disabled}>
      <Field.Label>
        {label}
        <Field.RequiredIndicator />
      </Field.Label>
      <TextControl parameter={parameter} value={String(value)} onChange={onChange} />
      <Hints description={description} error={error} limits={describeLimits(parameter)} />
    </Field.Root>
  );
}

interface ControlProps {
  parameter: TemplateParameter;
  value: string;
  onChange: (value: string) => void;
}

function TextControl({ parameter, value, onChange }: ControlProps) {
  const { type, choices, required, example, minimum, maximum } = parameter;
  const change = (event: { target: { value: string } }) => {
    onChange(event.target.value);
  };
  if (type === "choice") {
    return (
      <NativeSelect.Root size="sm">
        <NativeSelect.Field value={value} onChange={change}>
          {required && value === "" ? <option value="">Choose one</option> : null}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice.replaceAll("_", " ")}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    );
  }
  const placeholder = suggest(example);
  if (isLong(parameter)) {
    return (
      <Textarea size="sm" autoresize value={value} placeholder={placeholder} onChange={change} />
    );
  }
  return (
    <Input
      size="sm"
      type={INPUT_TYPES[type] ?? "text"}
      min={minimum ?? undefined}
      max={maximum ?? undefined}
      step="any"
      value={value}
      placeholder={placeholder}
      onChange={change}
    />
  );
}

function suggest(example: unknown): string | undefined {
  if (example === null || example === undefined) return undefined;
  return `Such as ${typeof example === "string" ? example : JSON.stringify(example)}`;
}

function isLong({ type, default: preset }: TemplateParameter): boolean {
  if (type !== "text" || typeof preset !== "string") return false;
  return preset.length > LONG || preset.includes("\n");
}

/** Which numbers are taken, and how a duration is written where nothing else says so. */
function describeLimits({ type, minimum, maximum, description }: TemplateParameter): string {
  if (type === "duration" && !description) return "Such as 24h, 2d or 15m.";
  if (minimum !== null && maximum !== null) return `From ${String(minimum)} to ${String(maximum)}.`;
  if (minimum !== null) return `At least ${String(minimum)}.`;
  return maximum === null ? "" : `At most ${String(maximum)}.`;
}

interface HintProps {
  description: string;
  error?: string;
  limits?: string;
}

function Hints({ description, error, limits = "" }: HintProps) {
  const text = [description, limits].filter(Boolean).join(" ");
  return (
    <>
      {text ? (
        <Field.HelperText>
          <Ticked>{text}</Ticked>
        </Field.HelperText>
      ) : null}
      <Field.ErrorText color="red.fg">{error}</Field.ErrorText>
    </>
  );
}
