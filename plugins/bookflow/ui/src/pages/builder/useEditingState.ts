import { useMemo } from "react";

import { useWorkflowCheck } from "../../api/builder";
import type { SpecIssue, Workflow } from "../../api/schema";
import { sampleId } from "../../api/trials";
import { useDebounced } from "../../inputs/useDebounced";
import { usePinnedBooking } from "../trials/pinnedBooking";
import {
  changeDraft,
  type Draft,
  isChanged,
  NEW,
  present,
  type Snapshot,
  withSpec,
} from "./draft/drafts";
import { pathOf } from "./draft/issues";
import type { Spec } from "./draft/spec";
import type { Editing } from "./editing";

const NOTHING: { errors: SpecIssue[]; warnings: SpecIssue[] } = { errors: [], warnings: [] };

/**
 * What the parts of the builder share, and what the server says about the edit.
 *
 * `latest` is what it said last, `check` only what it says about the edit as it is (`checked`).
 */
export function useEditingState(
  id: string | null,
  draft: Draft,
  workflow: Workflow | null,
  mayEdit: boolean,
  isTried: boolean,
) {
  const key = id ?? NEW;
  const snapshot = present(draft);
  const hasChanges = isChanged(draft);
  const settled = useDebounced(snapshot);
  const target = useMemo(() => ({ id, version: draft.base.version }), [id, draft.base.version]);
  const query = useWorkflowCheck(target, settled, mayEdit && hasChanges);
  const isCurrent = settled === snapshot && query.isSuccess && !query.isPlaceholderData;
  const check = hasChanges ? query.data : undefined;
  const [pinned] = usePinnedBooking();
  const booking = pinned ?? sampleId();
  const isLocked = !mayEdit || snapshot.problem !== null;

  const { errors: found, warnings } = (hasChanges ? check : workflow) ?? NOTHING;
  const errors = useMemo(
    () => errorsToShow(snapshot, found, isCurrent, id === null && !isTried),
    [snapshot, found, isCurrent, id, isTried],
  );

  const editing = useMemo<Editing>(
    () => ({
      draftKey: key,
      spec: snapshot.spec,
      errors,
      warnings,
      isLocked,
      booking,
      edit: (change, what) => {
        changeDraft(key, (now) => withSpec(now, change(present(now).spec), what));
      },
    }),
    [key, snapshot.spec, errors, warnings, isLocked, booking],
  );
  return { editing, checked: settled, check: isCurrent ? check : undefined, latest: check };
}

/** What the server found, or that the text can't be read; of a fresh workflow what is not empty. */
function errorsToShow(
  { problem, spec }: Snapshot,
  found: SpecIssue[],
  isCurrent: boolean,
  isFresh: boolean,
): SpecIssue[] {
  if (problem && !(isCurrent && found.length)) return [asIssue(problem)];
  return isFresh ? found.filter((issue) => isFilled(spec, issue)) : found;
}

function asIssue(problem: { message: string; line: number; column: number }): SpecIssue {
  return { file: "", key: "", suggestion: null, code: "yaml-syntax", ...problem };
}

/** Whether something stands there already: what is only missing yet is no news to its author. */
function isFilled(spec: Spec, { key }: SpecIssue): boolean {
  const value = pathOf(key).reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? (at as Spec)[step] : undefined),
    spec,
  );
  return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}
