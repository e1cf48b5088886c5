import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router-dom";

import { useSay } from "../../../app/Announcer";
import { paths } from "../../../app/paths";
import { writeWorkflow } from "../../../api/builder";
import type { SavedWorkflow, Workflow } from "../../../api/schema";
import {
  begin,
  changeDraft,
  type Draft,
  keepDraft,
  NEW,
  peekDraft,
  present,
  settled,
} from "../draft/drafts";
import { baseOf } from "../draft/baseOf";

/** Saves an edit over the version that it began from. */
export function useSave(id: string | null) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const say = useSay();
  return useMutation({
    mutationFn: () => {
      const draft = needDraft(id ?? NEW);
      return writeWorkflow({ id, version: draft.base.version }, present(draft), false);
    },
    onSuccess: (saved) => {
      queries.setQueryData<Workflow>(["workflow", saved.id], saved);
      settle(id, saved);
      void queries.invalidateQueries({ queryKey: ["workflows"] });
      void queries.invalidateQueries({ queryKey: ["versions"] });
      say(savedInWords(saved));
      if (id === null) void navigate(paths.workflow(saved.id), { replace: true });
    },
  });
}

function settle(id: string | null, saved: SavedWorkflow): void {
  const note = { commit: saved.commit };
  if (id === null) {
    keepDraft(NEW, undefined);
    keepDraft(saved.id, { ...begin(baseOf(saved)), saved: note });
  } else changeDraft(id, (draft) => ({ ...settled(draft, baseOf(saved)), saved: note }));
}

function needDraft(key: string): Draft {
  const draft = peekDraft(key);
  if (!draft) throw new Error("There is nothing to save.");
  return draft;
}

/** What became of it: the commit, and when it counts. */
export function savedInWords({
  commit,
  is_active,
}: {
  commit: string | null;
  is_active?: boolean | null;
}) {
  const what = commit ? `Saved as commit ${commit.slice(0, 7)}.` : "Saved.";
  return is_active === false
    ? `${what} It is switched off: nothing runs.`
    : `${what} It is live in a few seconds.`;
}
