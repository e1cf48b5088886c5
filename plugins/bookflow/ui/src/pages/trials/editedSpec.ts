import type { TrialInput } from "../../api/trials";
import { isChanged, present, useDraft } from "../builder/draft/drafts";

/** The unsaved edit of a workflow as the test takes it; nothing where all is saved. */
export function useEditedSpec(workflow: string): Pick<TrialInput, "spec" | "yaml"> | undefined {
  const draft = useDraft(workflow);
  if (!draft || !isChanged(draft)) return undefined;
  const { spec, text, isTyped } = present(draft);
  return isTyped ? { yaml: text } : { spec };
}
