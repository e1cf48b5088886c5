import { Box, Checkbox, Field, Input, NativeSelect, Text, VStack } from "@chakra-ui/react";
import {
  type BaseInputTemplateProps,
  enumOptionsIndexForValue,
  enumOptionsValueForIndex,
  type FieldTemplateProps,
  getInputProps,
  type ObjectFieldTemplateProps,
  type WidgetProps,
} from "@rjsf/utils";

import { issuesUnder, keyOf } from "../draft/issues";
import { useEditing } from "../editing";
import { FieldIssues } from "../FieldIssues";
import { FIELD } from "../focusing";
import type { ActionFormContext } from "./formContext";

/** Fields whose widget says its own label and findings. */
const SELF_SPEAKING = new Set(["message", "data"]);

/** A field of an action: label, help and what is wrong, as everywhere in the builder. */
function ActionField(props: FieldTemplateProps) {
  const { children, schema, uiSchema, hidden, label, fieldPathId, registry } = props;
  const { path } = registry.formContext as ActionFormContext;
  if (hidden) return null;
  if (fieldPathId.path.length === 0) return children;
  const key = [path, ...fieldPathId.path.map(String)].join(".");
  const widget = typeof uiSchema?.["ui:field"] === "string" ? uiSchema["ui:field"] : "";
  const help = schema.description ? (
    <Text fontSize="xs" color="fg.muted">
      {schema.description}
    </Text>
  ) : null;
  if (SELF_SPEAKING.has(widget)) {
    return (
      <Box>
        {children}
        {help}
      </Box>
    );
  }
  if (widget) {
    return (
      <Box role="group" aria-label={label}>
        <Text fontSize="sm" fontWeight="medium" mb={1}>
          {label}
        </Text>
        {children}
        {help}
        {widget === "conditions" ? null : <FieldIssues path={key} />}
      </Box>
    );
  }
  return <PlainField {...props} path={key} />;
}

function PlainField(props: FieldTemplateProps & { path: string }) {
  const { children, schema, label, required, readonly, path } = props;
  const { errors } = useEditing();
  return (
    <Field.Root
      invalid={issuesUnder(errors, path).length > 0}
      required={required ?? false}
      disabled={readonly ?? false}
      gap={1}
      {...{ [FIELD]: keyOf(path) }}
    >
      {schema.type === "boolean" ? null : (
        <Field.Label>
          {label}
          <Field.RequiredIndicator />
        </Field.Label>
      )}
      {children}
      {schema.description ? <Field.HelperText>{schema.description}</Field.HelperText> : null}
      <FieldIssues path={path} />
    </Field.Root>
  );
}

function Fields({ properties }: ObjectFieldTemplateProps) {
  return (
    <VStack gap={4} align="stretch">
      {properties.map(({ name, content }) => (
        <Box key={name}>{content}</Box>
      ))}
    </VStack>
  );
}

function TextInput({
  schema,
  type,
  options,
  value,
  onChange,
  placeholder,
}: BaseInputTemplateProps) {
  const { type: kind, step, min, max } = getInputProps(schema, type, options);
  const example: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined;
  return (
    <Input
      size="sm"
      type={kind}
      step={step}
      min={min}
      max={max}
      value={typeof value === "string" || typeof value === "number" ? value : ""}
      placeholder={placeholder ?? (typeof example === "string" ? example : undefined)}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value === "" ? undefined : currentTarget.value);
      }}
    />
  );
}

function Choice({ value, options: { enumOptions = [] }, onChange }: WidgetProps) {
  const chosen = enumOptionsIndexForValue(value, enumOptions);
  return (
    <NativeSelect.Root size="sm">
      <NativeSelect.Field
        value={typeof chosen === "string" ? chosen : ""}
        onChange={({ currentTarget }) => {
          onChange(enumOptionsValueForIndex(currentTarget.value, enumOptions));
        }}
      >
        {chosen === undefined ? (
          <option value="">{typeof value === "string" ? value : "Choose one…"}</option>
        ) : null}
        {enumOptions.map(({ label }, at) => (
          <option key={label} value={String(at)}>
            {label}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}

function Tick({ value, label, onChange, readonly }: WidgetProps) {
  return (
    <Checkbox.Root
      size="sm"
      checked={value === true}
      disabled={readonly ?? false}
      onCheckedChange={({ checked }) => {
        onChange(checked === true ? true : undefined);
      }}
    >
      <Checkbox.HiddenInput />
      <Checkbox.Control />
      <Checkbox.Label>{label}</Checkbox.Label>
    </Checkbox.Root>
  );
}

export const formTemplates = {
  FieldTemplate: ActionField,
  ObjectFieldTemplate: Fields,
  BaseInputTemplate: TextInput,
};

export const formWidgets = { SelectWidget: Choice, CheckboxWidget: Tick };
