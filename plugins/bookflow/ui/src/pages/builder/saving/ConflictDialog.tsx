import { Button, Dialog } from "@chakra-ui/react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { useSay } from "../../../app/Announcer";
import { useWorkflow } from "../../../api/workflows";
import type { Workflow } from "../../../api/schema";
import { Answer } from "../../../states/Answer";
import { OpenDialog } from "../../../dialogs/OpenDialog";
import { baseOf } from "../draft/baseOf";
import {
  changeDraft,
  type Draft,
  isChanged,
  joined,
  peekDraft,
  present,
  replaced,
} from "../draft/drafts";
import { mergeSpecs, type Side } from "../draft/merging";
import { BothEdits } from "./BothEdits";

interface Props {
  id: string;
  draft: Draft;
  onClose: () => void;
  /** Both edits are one now, which is not saved yet. */
  onJoined: () => void;
}

/** Somebody else saved what is edited here: puts both together, and asks where they differ. */
export function ConflictDialog({ id, draft, onClose, onJoined }: Props) {
  const queries = useQueryClient();
  const query = useWorkflow(id);
  const say = useSay();
  const [decisions, setDecisions] = useState<Record<string, Side>>({});
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["workflow", id] });
  }, [queries, id]);
  const theirs = query.data;
  const mine = present(draft);
  const merged = useMemo(
    () => theirs && mergeSpecs(draft.base.spec, mine.spec, baseOf(theirs).spec, decisions),
    [draft.base.spec, mine.spec, theirs, decisions],
  );
  const open = merged?.clashes.filter((clash) => !(clash.id in decisions)).length ?? 0;
  const takeTheirs = (workflow: Workflow) => {
    changeDraft(id, (now) => replaced(now, baseOf(workflow)));
    say("Theirs is shown now. Undo brings yours back.", "info");
    onClose();
  };
  const join = (workflow: Workflow, spec: Record<string, unknown>) => {
    changeDraft(id, (now) => joined(now, baseOf(workflow), spec));
    const now = peekDraft(id);
    if (now && isChanged(now)) onJoined();
    else {
      say("Theirs is shown now: nothing of yours differs from it.", "info");
      onClose();
    }
  };
  return (
    <OpenDialog
      title="Somebody else saved this workflow"
      size="xl"
      scrollBehavior="inside"
      hasCross
      onClose={onClose}
      footer={
        <Dialog.Footer flexWrap="wrap">
          <Button variant="outline" onClick={onClose}>
            Go on editing
          </Button>
          <Button
            variant="outline"
            disabled={!theirs}
            onClick={() => {
              if (theirs) takeTheirs(theirs);
            }}
          >
            Drop mine, take theirs
          </Button>
          <Button
            disabled={!theirs || open > 0 || mine.problem !== null}
            onClick={() => {
              if (theirs && merged) join(theirs, merged.spec);
            }}
          >
            {open ? `${String(open)} to decide` : "Put both together…"}
          </Button>
        </Dialog.Footer>
      }
    >
      <Answer query={query} what="the saved workflow">
        {(workflow) => (
          <BothEdits
            draft={draft}
            theirs={workflow}
            merged={merged ?? { spec: mine.spec, clashes: [] }}
            decisions={decisions}
            onDecide={(clash, side) => {
              setDecisions((before) => ({ ...before, [clash]: side }));
            }}
          />
        )}
      </Answer>
    </OpenDialog>
  );
}
