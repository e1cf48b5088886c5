import { Button, Checkbox, IconButton, NativeSelect } from "@chakra-ui/react";
import { FolderPlus, Plus, Trash2 } from "lucide-react";
import type {
  ActionProps,
  CombinatorSelectorProps,
  NotToggleProps,
  OperatorSelectorProps,
} from "react-querybuilder";

import { findField } from "../../../api/context";
import { useConditions } from "./ConditionContext";
import { countRules, depthAt, MAX_DEPTH, MAX_RULES } from "./editing";
import { operatorsFor, sayOperator } from "./operators";

/** Chooses how field and value compare; only what fits the field. */
export function OperatorSelect({
  field,
  value = "",
  handleOnChange,
  disabled,
}: OperatorSelectorProps) {
  const { words } = useConditions();
  const type = findField(words, field)?.type ?? "any";
  if (value === "expression") return null;
  const fitting = operatorsFor(words, type);
  return (
    <NativeSelect.Root size="sm" width="auto" disabled={disabled}>
      <NativeSelect.Field
        aria-label="How they compare"
        value={value}
        onChange={({ currentTarget }) => {
          handleOnChange(currentTarget.value);
        }}
      >
        {fitting.includes(value) ? null : <option value={value}>{sayOperator(value, type)}</option>}
        {fitting.map((operator) => (
          <option key={operator} value={operator}>
            {sayOperator(operator, type)}
          </option>
        ))}
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}

/** Chooses whether all rules of a group must hold, or one. */
export function CombinatorSelect({ value, handleOnChange, disabled }: CombinatorSelectorProps) {
  return (
    <NativeSelect.Root size="sm" width="auto" disabled={disabled}>
      <NativeSelect.Field
        aria-label="How many of these must hold"
        value={value}
        onChange={({ currentTarget }) => {
          handleOnChange(currentTarget.value);
        }}
      >
        <option value="and">All of these hold (AND)</option>
        <option value="or">At least one holds (OR)</option>
      </NativeSelect.Field>
      <NativeSelect.Indicator />
    </NativeSelect.Root>
  );
}

/** Turns the outcome of a group around. */
export function NotCheckbox({ checked = false, handleOnChange, disabled }: NotToggleProps) {
  return (
    <Checkbox.Root
      size="sm"
      checked={checked}
      disabled={disabled}
      onCheckedChange={(change) => {
        handleOnChange(change.checked === true);
      }}
    >
      <Checkbox.HiddenInput />
      <Checkbox.Control />
      <Checkbox.Label title="The action runs where these do not hold.">Turn around</Checkbox.Label>
    </Checkbox.Root>
  );
}

/** Adds a rule to a group. */
export function AddRule({ handleOnClick, disabled }: ActionProps) {
  const { root, isReadOnly } = useConditions();
  if (isReadOnly) return null;
  return (
    <Button
      size="xs"
      variant="ghost"
      disabled={disabled || countRules(root) >= MAX_RULES}
      onClick={(event) => {
        handleOnClick(event);
      }}
    >
      <Plus size={14} aria-hidden /> Condition
    </Button>
  );
}

/** Adds a group within a group, as deep as a spec may go. */
export function AddGroup({ handleOnClick, disabled, path }: ActionProps) {
  const { root, isReadOnly } = useConditions();
  if (isReadOnly || depthAt(root, path) >= MAX_DEPTH) return null;
  return (
    <Button
      size="xs"
      variant="ghost"
      disabled={disabled || countRules(root) >= MAX_RULES - 1}
      onClick={(event) => {
        handleOnClick(event);
      }}
    >
      <FolderPlus size={14} aria-hidden /> Group
    </Button>
  );
}

/** Removes a rule. */
export function RemoveRule(props: ActionProps) {
  return <Remove {...props} name="Remove this condition" />;
}

/** Removes a group with all that is in it. */
export function RemoveGroup(props: ActionProps) {
  return <Remove {...props} name="Remove this group" />;
}

function Remove({ handleOnClick, disabled, name }: ActionProps & { name: string }) {
  const { isReadOnly } = useConditions();
  if (isReadOnly) return null;
  return (
    <IconButton
      size="xs"
      variant="ghost"
      aria-label={name}
      title={name}
      disabled={disabled}
      ml="auto"
      onClick={(event) => {
        handleOnClick(event);
      }}
    >
      <Trash2 size={14} aria-hidden />
    </IconButton>
  );
}
