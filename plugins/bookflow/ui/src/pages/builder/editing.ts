import { createContext, useContext } from "react";

import type { SpecIssue } from "../../api/schema";
import type { Spec } from "./draft/spec";

/** What every part of the builder shows and changes. */
export interface Editing {
  /** The key of the edit among all that go on. */
  draftKey: string;
  spec: Spec;
  errors: SpecIssue[];
  warnings: SpecIssue[];
  /** Nothing can be changed in forms: no permission, or YAML that can't be read. */
  isLocked: boolean;
  /** Changes the workflow; quick changes of the same `what` are undone at once. */
  edit: (change: (spec: Spec) => Spec, what: string) => void;
  booking?: string;
}

const NOTHING: Editing = {
  draftKey: "",
  spec: {},
  errors: [],
  warnings: [],
  isLocked: true,
  edit: () => undefined,
};

export const EditingContext = createContext<Editing>(NOTHING);

/** The workflow that is edited on this page. */
export function useEditing(): Editing {
  return useContext(EditingContext);
}
