import { Box, Button, Checkbox, Field, Input, Stack, Text } from "@chakra-ui/react";
import type { FormEvent } from "react";

import type { Template } from "../../api/schema";
import { useChoices } from "../../api/workflows";
import { Notice } from "../../states/Notice";
import { type Filling, slugOf } from "./filling";
import { ParameterField } from "./ParameterField";

interface Props {
  template: Template;
  filling: Filling;
  errors: Record<string, string>;
  mayMake: boolean;
  isSaving: boolean;
  onChange: (filling: Filling) => void;
  onCreate: () => void;
}

/** What can be filled in before a template becomes a workflow. */
export function TemplateForm(props: Props) {
  const { template, filling, errors, mayMake, isSaving, onChange, onCreate } = props;
  const set = (change: Partial<Filling>) => {
    onChange({ ...filling, ...change });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCreate();
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Make a workflow from this template">
      <Stack gap={4}>
        {template.parameters.map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            value={filling.values[parameter.name] ?? ""}
            error={errors[parameter.name]}
            disabled={!mayMake}
            onChange={(value) => {
              set({ values: { ...filling.values, [parameter.name]: value } });
            }}
          />
        ))}
        {template.parameters.length ? <Box borderTopWidth="1px" /> : null}
        <HeadFields filling={filling} errors={errors} mayMake={mayMake} set={set} />
        {errors.rest ? <Notice kind="error">{errors.rest}</Notice> : null}
        {mayMake ? (
          <Button type="submit" alignSelf="start" loading={isSaving}>
            Create workflow
          </Button>
        ) : (
          <Text color="fg.muted">
            You may look at templates. To make a workflow of one, you need the right to edit DAGs;
            ask whoever looks after Airflow.
          </Text>
        )}
      </Stack>
    </form>
  );
}

interface HeadProps extends Pick<Props, "filling" | "errors" | "mayMake"> {
  set: (change: Partial<Filling>) => void;
}

function HeadFields({ filling, errors, mayMake, set }: HeadProps) {
  const { data } = useChoices();
  return (
    <>
      <TextField
        label="Name"
        value={filling.name}
        error={errors.name}
        disabled={!mayMake}
        onChange={(name) => {
          set(filling.isOwnId ? { name } : { name, id: slugOf(name) });
        }}
      />
      <TextField
        label="Id"
        help="Small letters, digits and hyphens; it cannot be changed later."
        value={filling.id}
        error={errors.id}
        disabled={!mayMake}
        onChange={(id) => {
          set({ id, isOwnId: true });
        }}
      />
      <TextField
        label="Organizer"
        help="The e-mail address of whoever owns it."
        value={filling.organizer}
        error={errors.organizer}
        disabled={!mayMake}
        list={data?.organizers ?? []}
        onChange={(organizer) => {
          set({ organizer });
        }}
      />
      <Checkbox.Root
        checked={filling.isActive}
        disabled={!mayMake}
        onCheckedChange={({ checked }) => {
          set({ isActive: checked === true });
        }}
      >
        <Checkbox.HiddenInput />
        <Checkbox.Control />
        <Checkbox.Label>Active at once: it runs for the next booking that fits</Checkbox.Label>
      </Checkbox.Root>
    </>
  );
}

interface TextProps {
  label: string;
  value: string;
  help?: string;
  error?: string;
  disabled: boolean;
  list?: string[];
  onChange: (value: string) => void;
}

const LIST = "bookflow-organizers";

function TextField({ label, value, help, error, disabled, list, onChange }: TextProps) {
  return (
    <Field.Root required invalid={Boolean(error)} disabled={disabled}>
      <Field.Label>
        {label}
        <Field.RequiredIndicator />
      </Field.Label>
      <Input
        size="sm"
        value={value}
        list={list ? LIST : undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      {list ? (
        <datalist id={LIST}>
          {list.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      ) : null}
      {help ? <Field.HelperText>{help}</Field.HelperText> : null}
      <Field.ErrorText color="red.fg">{error}</Field.ErrorText>
    </Field.Root>
  );
}
