import { Button, Code, HStack, Text } from "@chakra-ui/react";
import { type ComponentType, createElement } from "react";
import type { ValueEditorProps } from "react-querybuilder";

import type { ContextField } from "../../../api/schema";
import { findField } from "../../../api/context";
import { useConditions } from "./ConditionContext";
import { sayField } from "./fieldWords";
import { CalculationValue } from "./inputs/CalculationValue";
import { ChoiceListValue } from "./inputs/ChoiceListValue";
import { ChoiceValue } from "./inputs/ChoiceValue";
import { DurationValue } from "./inputs/DurationValue";
import type { ValueProps } from "./inputs/inputProps";
import { ListValue } from "./inputs/ListValue";
import { OneValue } from "./inputs/OneValue";
import { PairValue } from "./inputs/PairValue";
import { PatternValue } from "./inputs/PatternValue";
import { valueKindOf } from "./operators";
import { emptyValue, isEditable } from "./valueFits";

/** Takes what a rule compares with: an input that fits operator and field. */
export function ValueInput({ field: name, operator, value, handleOnChange }: ValueEditorProps) {
  const { words, isReadOnly } = useConditions();
  const field = findField(words, name);
  const found: unknown = value;
  if (!isEditable(operator, found)) {
    return (
      <HStack gap={2} minWidth={0} wrap="wrap">
        <Code overflowWrap="anywhere">{JSON.stringify(found)}</Code>
        <Text fontSize="xs" color="fg.muted">
          This value does not fit; it stays as it is written.
        </Text>
        {isReadOnly ? null : (
          <Button
            size="xs"
            variant="outline"
            onClick={() => {
              handleOnChange(emptyValue(operator, field));
            }}
          >
            Start anew
          </Button>
        )}
      </HStack>
    );
  }
  const kind = inputFor(operator, field);
  if (kind === "none") return null;
  const label =
    operator === "expression" ? "Calculation" : `Value for ${sayField(name) || "the field"}`;
  return createElement(INPUTS[kind], {
    value: found,
    onChange: handleOnChange,
    field,
    isReadOnly,
    label,
  });
}

const INPUTS = {
  one: OneValue,
  choice: ChoiceValue,
  list: ListValue,
  choices: ChoiceListValue,
  pair: PairValue,
  duration: DurationValue,
  pattern: PatternValue,
  expression: CalculationValue,
} satisfies Record<string, ComponentType<ValueProps>>;

function inputFor(operator: string, field: ContextField | undefined): keyof typeof INPUTS | "none" {
  const kind = valueKindOf(operator);
  if (!field?.choices.length) return kind;
  if (kind === "list") return "choices";
  // what is ordered or looked into may be compared with other texts as well
  return operator === "equals" || operator === "not_equals" ? "choice" : kind;
}
