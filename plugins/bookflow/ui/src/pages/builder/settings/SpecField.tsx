import { Field } from "@chakra-ui/react";
import type { ReactNode } from "react";

import { issuesUnder } from "../draft/issues";
import { useEditing } from "../editing";
import { FieldIssues } from "../FieldIssues";
import { FIELD } from "../focusing";

interface Props {
  /** The key in the workflow, for what is found there. */
  path: string;
  label: string;
  help?: ReactNode;
  isRequired?: boolean;
  children: ReactNode;
}

/** A field of the workflow: its label, its help, and what is wrong with it. */
export function SpecField({ path, label, help, isRequired = false, children }: Props) {
  const { errors, isLocked } = useEditing();
  return (
    <Field.Root
      invalid={issuesUnder(errors, path).length > 0}
      disabled={isLocked}
      required={isRequired}
      gap={1}
      {...{ [FIELD]: path }}
    >
      <Field.Label>
        {label}
        <Field.RequiredIndicator />
      </Field.Label>
      {children}
      {help ? <Field.HelperText>{help}</Field.HelperText> : null}
      <FieldIssues path={path} />
    </Field.Root>
  );
}
