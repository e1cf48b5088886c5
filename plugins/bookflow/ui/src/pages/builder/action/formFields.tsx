import type { FieldProps, RegistryFieldsType } from "@rjsf/utils";
import { lazy, Suspense, useState } from "react";

import { Loading } from "../../../states/Loading";
import { SameConditions } from "../conditions/SameConditions";
import { issuesUnder } from "../draft/issues";
import { isRecord, isSame, textOf } from "../draft/spec";
import { useEditing } from "../editing";
import { BookingValues } from "./BookingValues";
import type { ActionFormContext } from "./formContext";
import { PairsInput } from "./PairsInput";

const MessageEditor = lazy(() => import("../messages/MessageEditor"));
const ConditionEditor = lazy(() => import("../conditions/ConditionEditor"));

type Props = FieldProps & { registry: { formContext: ActionFormContext } };

const pathOf = ({ registry, name }: Props) => `${registry.formContext.path}.${name}`;

function useFindings(path: string) {
  const { errors, warnings } = useEditing();
  return [...issuesUnder(errors, path), ...issuesUnder(warnings, path)];
}

function MessageField(props: Props) {
  const { formData, onChange, fieldPathId, name, schema, required, readonly, registry } = props;
  const issues = useFindings(pathOf(props));
  const kinds: Record<string, "subject" | "html"> = { subject: "subject", html: "html" };
  const isSms = registry.formContext.action.type === "send_sms";
  return (
    <Suspense fallback={<Loading what={schema.title ?? name} />}>
      <MessageEditor
        kind={kinds[name] ?? (isSms ? "sms" : "text")}
        label={schema.title ?? name}
        value={textOf(formData)}
        issues={issues}
        readOnly={readonly ?? false}
        onChange={(value) => {
          onChange(value === "" && !required ? undefined : value, fieldPathId.path);
        }}
      />
    </Suspense>
  );
}

/** Values of any shape are written as JSON; what is no JSON yet stays in the field. */
function DataField(props: Props) {
  const { formData, onChange, fieldPathId, name, schema, readonly } = props;
  const found = useFindings(pathOf(props));
  const [typed, setTyped] = useState<{ text: string; for: unknown } | null>(null);
  const shown = formData === undefined ? "" : JSON.stringify(formData, null, 2);
  // what was typed counts until the value changes otherwise, as by undo
  const text = typed && isSame(typed.for, formData) ? typed.text : shown;
  const isReadable = text.trim() === "" || isRecord(parse(text));
  const message = 'Write an object of JSON, such as {"source": "bookflow"}.';
  const key = pathOf(props);
  const broken = { file: "", line: 0, column: 0, key, message, suggestion: null, code: "json" };
  return (
    <Suspense fallback={<Loading what={schema.title ?? name} />}>
      <MessageEditor
        kind="json"
        label={schema.title ?? name}
        value={text}
        issues={isReadable ? found : [broken, ...found]}
        readOnly={readonly ?? false}
        onChange={(next) => {
          const value = next.trim() === "" ? undefined : parse(next);
          const isUsable = value === undefined ? next.trim() === "" : isRecord(value);
          setTyped({ text: next, for: isUsable ? value : formData });
          if (isUsable) onChange(value, fieldPathId.path);
        }}
      />
    </Suspense>
  );
}

function ConditionsField(props: Props) {
  const { formData, onChange, fieldPathId, readonly } = props;
  const { booking } = useEditing();
  const path = pathOf(props);
  const issues = useFindings(path);
  const given = formData as unknown;
  const hasNone = given === undefined || (Array.isArray(given) && given.length === 0);
  return (
    <Suspense fallback={<Loading what="the conditions" />}>
      <ConditionEditor
        value={given}
        issues={issues}
        path={path}
        booking={booking}
        readOnly={readonly ?? false}
        onChange={(value) => {
          const isNone = Array.isArray(value) && value.length === 0;
          onChange(isNone ? undefined : value, fieldPathId.path);
        }}
      />
      {hasNone && !readonly ? (
        <SameConditions
          onTake={(conditions) => {
            onChange(conditions, fieldPathId.path);
          }}
        />
      ) : null}
    </Suspense>
  );
}

function PairsField({ formData, onChange, fieldPathId, readonly }: Props) {
  return (
    <PairsInput
      what="header"
      value={formData}
      readOnly={readonly ?? false}
      onChange={(value) => {
        onChange(value, fieldPathId.path);
      }}
    />
  );
}

function BookingValuesField(props: Props) {
  const { formData, onChange, fieldPathId, readonly } = props;
  return (
    <BookingValues
      path={pathOf(props)}
      value={formData}
      readOnly={readonly ?? false}
      onChange={(value) => {
        onChange(value, fieldPathId.path);
      }}
    />
  );
}

/** The fields that have a widget of their own, by the names that `formOf` gives them. */
export const formFields = {
  message: MessageField,
  data: DataField,
  conditions: ConditionsField,
  pairs: PairsField,
  bookingValues: BookingValuesField,
} as unknown as RegistryFieldsType;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
