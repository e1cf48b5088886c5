import Form from "@rjsf/chakra-ui";
import validator from "@rjsf/validator-ajv8";
import { useMemo } from "react";

import { Notice } from "../../../states/Notice";
import { type Action, isRecord, isSame } from "../draft/spec";
import { useEditing } from "../editing";
import { formFields } from "./formFields";
import { formOf } from "./formSchema";
import { formTemplates, formWidgets } from "./formTemplates";

interface Props {
  root: Record<string, unknown>;
  action: Action;
  position: number;
}

/** The form of one action, made from the schema of its type; the server judges what is written. */
export default function ActionForm({ root, action, position }: Props) {
  const { edit, isLocked } = useEditing();
  // only what decides over fields: typing elsewhere builds no new form
  const { type, recipient } = action;
  const hasCustom = action.custom_email != null || action.custom_phone != null;
  const form = useMemo(
    () => formOf(root, { type, recipient, ...(hasCustom ? action : {}) }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `action` counts by `hasCustom` alone
    [root, type, recipient, hasCustom],
  );
  const path = `actions[${String(position)}]`;
  if (!form) {
    return (
      <Notice kind="warning" title="There is no form for this type of action">
        Edit it in the YAML view.
      </Notice>
    );
  }
  return (
    <Form
      tagName="div"
      idPrefix={path}
      schema={form.schema}
      uiSchema={form.uiSchema}
      formData={action}
      formContext={{ action, path }}
      fields={formFields}
      templates={formTemplates}
      widgets={formWidgets}
      validator={validator}
      noValidate
      showErrorList={false}
      readonly={isLocked}
      experimental_defaultFormStateBehavior={{ emptyObjectFields: "skipDefaults" }}
      onChange={({ formData }, id) => {
        const next = withoutEmpty(formData);
        if (isSame(next, action)) return;
        edit((now) => withAction(now, position, next), `${path} ${id ?? ""}`);
      }}
    />
  );
}

function withAction(spec: Record<string, unknown>, position: number, action: Action) {
  const actions: unknown[] = Array.isArray(spec.actions) ? spec.actions : [];
  return { ...spec, actions: actions.with(position, action) };
}

/** What was emptied is left out of the file. */
function withoutEmpty(data: unknown): Action {
  if (!isRecord(data)) return {};
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
