import { Button } from "@chakra-ui/react";

import { Notice } from "../../states/Notice";
import { type Draft, present } from "./draft/drafts";
import { SavedNote } from "./saving/SavedNote";

interface Props {
  id: string | null;
  draft: Draft;
  isConflict: boolean;
  refusal: string | null;
  onLookAtBoth: () => void;
}

/** How the edit as a whole stands: saved, overtaken, not readable, or refused. */
export function BuilderNotices({ id, draft, isConflict, refusal, onLookAtBoth }: Props) {
  const { problem, spec } = present(draft);
  return (
    <>
      {id !== null && draft.saved ? (
        <SavedNote id={id} commit={draft.saved.commit} isActive={spec.is_active !== false} />
      ) : null}
      {isConflict ? (
        <Notice kind="warning" title="Somebody else saved this workflow meanwhile">
          <Button size="xs" variant="outline" onClick={onLookAtBoth}>
            Look at both
          </Button>
        </Notice>
      ) : null}
      {problem ? (
        <Notice kind="warning" title="The forms are locked">
          The YAML can&apos;t be read at line {problem.line}. Mend it there, or undo; the forms show
          what it said before.
        </Notice>
      ) : null}
      {refusal ? <Notice kind="error">{refusal}</Notice> : null}
    </>
  );
}
