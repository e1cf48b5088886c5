import { Field, Input } from "@chakra-ui/react";
import { useState } from "react";

import { FilterChoice } from "./FilterChoice";
import { SPANS } from "./filterQuery";

interface Props {
  query: URLSearchParams;
  onChange: (changes: { span?: string; since?: string; until?: string }) => void;
}

const CUSTOM = "custom";
const CHOICES = {
  ...Object.fromEntries(Object.entries(SPANS).map(([key, { name }]) => [key, name])),
  [CUSTOM]: "From … to …",
};

/** Chooses when executions were made: up to now, or from one time to another. */
export function SpanFilter({ query, onChange }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const since = query.get("since") ?? "";
  const until = query.get("until") ?? "";
  const isCustom = !query.get("span") && (isOpen || Boolean(since || until));
  return (
    <>
      <FilterChoice
        label="Made"
        any="At any time"
        choices={CHOICES}
        value={isCustom ? CUSTOM : (query.get("span") ?? "")}
        onChange={(value) => {
          setIsOpen(value === CUSTOM);
          if (value === CUSTOM) onChange({ span: undefined });
          else onChange({ span: value, since: undefined, until: undefined });
        }}
      />
      {isCustom ? (
        <>
          <TimeInput
            label="From"
            value={since}
            onChange={(value) => {
              onChange({ since: value });
            }}
          />
          <TimeInput
            label="To"
            value={until}
            onChange={(value) => {
              onChange({ until: value });
            }}
          />
        </>
      ) : null}
    </>
  );
}

interface TimeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function TimeInput({ label, value, onChange }: TimeProps) {
  return (
    <Field.Root width={{ base: "full", sm: "13rem" }}>
      <Field.Label fontSize="xs" color="fg.muted">
        {label}
      </Field.Label>
      <Input
        size="sm"
        type="datetime-local"
        defaultValue={toLocal(value)}
        onBlur={({ target }) => {
          const next = target.value ? new Date(target.value).toISOString() : "";
          if (next !== value) onChange(next);
        }}
      />
    </Field.Root>
  );
}

/** A time as its input wants it, in the viewer's zone. */
function toLocal(at: string): string {
  const time = new Date(at);
  if (!at || Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
