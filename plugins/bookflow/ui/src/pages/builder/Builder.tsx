import { Text } from "@chakra-ui/react";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";

import type { SpecIssue, Workflow } from "../../api/schema";
import { BuilderNotices } from "./BuilderNotices";
import { BuilderPanes } from "./BuilderPanes";
import {
  changeDraft,
  type Draft,
  isChanged,
  peekDraft,
  present,
  type Snapshot,
  withServerText,
} from "./draft/drafts";
import { summaryOf } from "./draft/summary";
import { DraftBar, NAME } from "./DraftBar";
import { type Editing, EditingContext } from "./editing";
import { showIssues } from "./IssueList";
import { ConflictDialog } from "./saving/ConflictDialog";
import { SaveDialog } from "./saving/SaveDialog";
import { useEditingState } from "./useEditingState";
import { useKeys } from "./useKeys";
import { useView } from "./useView";

interface Props {
  id: string | null;
  draft: Draft;
  workflow: Workflow | null;
  mayEdit: boolean;
}

/** Edits one workflow: as a flow with forms, and as YAML, both in step. */
export function Builder({ id, draft, workflow, mayEdit }: Props) {
  const [open, setOpen] = useState<"save" | "conflict" | null>(null);
  const [isTried, setTried] = useState(false);
  const [jump, setJump] = useState<{ to: number }>();
  const state = useEditingState(id, draft, workflow, mayEdit, isTried);
  const { editing, check, latest, checked } = state;
  const snapshot = present(draft);
  const [view, show] = useView(isUnreadable(workflow, draft) ? "yaml" : "flow");
  const isConflict = latest?.isConflict === true || isOvertaken(workflow, draft);

  const exact = check?.saved?.yaml;
  useEffect(() => {
    if (exact === undefined) return;
    changeDraft(editing.draftKey, (now) => withServerText(now, checked, exact));
  }, [exact, checked, editing.draftKey]);

  const save = () => {
    if (!mayEdit || !isChanged(draft)) return;
    setTried(true);
    if (isConflict) setOpen("conflict");
    else if (check?.errors.length || snapshot.problem) {
      // the list is there a moment later where it was hidden
      setTimeout(showIssues, 0);
    } else setOpen("save");
  };
  useKeys(editing.draftKey, save);
  const { draftKey } = editing;
  const showLine = useCallback(
    (issue: SpecIssue) => {
      show("yaml");
      void import("./text/marks").then(({ placeOf }) => {
        const now = peekDraft(draftKey);
        if (!now) return;
        const { text, isTyped } = present(now);
        setJump({ to: placeOf(text, isTyped, issue)[0] });
      });
    },
    [draftKey, show],
  );
  const close = () => {
    setOpen(null);
  };
  const lookAtBoth = () => {
    setOpen("conflict");
  };

  const shown = useUnhurried(editing, snapshot, draft);

  return (
    <EditingContext.Provider value={editing}>
      <DraftBar
        draft={draft}
        isNew={id === null}
        mayEdit={mayEdit}
        view={view}
        onView={show}
        onSave={save}
      />
      <Text fontSize="sm" color="fg.muted" mb={2} overflowWrap="anywhere">
        {summaryOf(snapshot.spec)}
      </Text>
      <BuilderNotices
        id={id}
        draft={draft}
        isConflict={isConflict}
        refusal={latest?.refusal ?? null}
        onLookAtBoth={lookAtBoth}
      />
      <EditingContext.Provider value={shown.editing}>
        <BuilderPanes
          id={id}
          snapshot={shown.snapshot}
          view={view}
          mayEdit={mayEdit}
          jump={jump}
          onShowLine={showLine}
        />
      </EditingContext.Provider>
      {open === "save" ? (
        <SaveDialog id={id} check={check} onClose={close} onConflict={lookAtBoth} />
      ) : null}
      {open === "conflict" && id !== null ? (
        <ConflictDialog
          id={id}
          draft={draft}
          onClose={close}
          onJoined={() => {
            setOpen("save");
          }}
        />
      ) : null}
    </EditingContext.Provider>
  );
}

/**
 * What the panes show. While the name is typed they follow a moment later, so that no key waits for
 * a form; what is typed in a form itself must never be older than the key.
 */
function useUnhurried(editing: Editing, snapshot: Snapshot, { last }: Draft) {
  const current = useMemo(() => ({ editing, snapshot }), [editing, snapshot]);
  const late = useDeferredValue(current);
  return last?.what === NAME ? late : current;
}

/** Whether somebody else saved what is changed here. */
function isOvertaken(workflow: Workflow | null, draft: Draft): boolean {
  return workflow !== null && isChanged(draft) && workflow.version !== draft.base.version;
}

/** Whether forms alone would not show what is wrong. */
function isUnreadable(workflow: Workflow | null, draft: Draft): boolean {
  return workflow?.state === "invalid" && workflow.version === draft.base.version;
}
