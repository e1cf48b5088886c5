import type { ContextField } from "../../../../api/schema";

/** What every input for the value of a rule gets. */
export interface ValueProps {
  value: unknown;
  onChange: (value: unknown) => void;
  /** What the rule looks at; absent where nothing is known of it. */
  field: ContextField | undefined;
  label: string;
  isReadOnly: boolean;
}
