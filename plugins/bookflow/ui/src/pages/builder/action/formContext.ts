import type { Action } from "../draft/spec";

/** What the fields of an action's form know besides their value. */
export interface ActionFormContext {
  action: Action;
  /** Its key in the workflow, such as `actions[0]`. */
  path: string;
}
