import { Button, Text } from "@chakra-ui/react";
import { ChevronDown } from "lucide-react";
import { useMemo } from "react";
import type { FieldSelectorProps } from "react-querybuilder";

import type { ContextFields } from "../../../api/schema";
import { type Choice, Chooser } from "./Chooser";
import { useConditions } from "./ConditionContext";
import { CALCULATION } from "./editing";
import { exampleOf, groupOf, sayField } from "./fieldWords";

/** Chooses what a rule looks at, by name or by what it holds. */
export function FieldSelect({
  value = "",
  operator,
  handleOnChange,
  disabled,
}: FieldSelectorProps) {
  const { words } = useConditions();
  const choices = useMemo(() => listFields(words), [words]);
  const isCalculation = operator === "expression";
  const label = isCalculation ? "a calculation" : value ? sayField(value) : "Choose a field";
  return (
    <Chooser
      label="Field of the condition"
      choices={choices}
      onChoose={handleOnChange}
      onTyped={(text) => findAnswer(words, text)}
      trigger={
        <Button
          size="sm"
          variant="outline"
          fontWeight="normal"
          maxWidth="full"
          disabled={disabled}
          aria-label={`Field: ${label}`}
          title={isCalculation ? undefined : value || undefined}
        >
          <Text as="span" truncate>
            {label}
          </Text>
          <ChevronDown size={14} aria-hidden />
        </Button>
      }
    />
  );
}

/** All fields, by where they belong, and a calculation over several. */
function listFields({ fields }: ContextFields): Choice[] {
  const choices = fields.map((field): Choice => ({
    value: field.name,
    label: sayField(field.name),
    code: field.name,
    detail: field.description,
    example: exampleOf(field),
    group: groupOf(field.name),
  }));
  const groups = [...new Set(choices.map(({ group }) => group))];
  return [
    ...groups.flatMap((name) => choices.filter(({ group }) => group === name)),
    {
      value: CALCULATION,
      label: "a calculation",
      detail: "Arithmetic over fields, such as duration * attendee_count > 120.",
      group: "More",
    },
  ];
}

/** Offers an answer to a question, which no list names. */
function findAnswer({ open_prefixes, fields }: ContextFields, text: string): Choice | undefined {
  const [prefix] = open_prefixes;
  if (prefix === undefined) return undefined;
  const key = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const name = prefix + key.trim().replaceAll(/\s+/g, "_");
  if (!key.trim() || fields.some((field) => field.name === key || field.name === name)) {
    return undefined;
  }
  return {
    value: name,
    label: sayField(name),
    code: name,
    detail: "The answer to a question of your booking form.",
    group: "Answers to questions",
  };
}
