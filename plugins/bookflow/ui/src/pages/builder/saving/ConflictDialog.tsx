import { Button, Dialog, Heading, Text } from "@chakra-ui/react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { useSay } from "../../../app/Announcer";
import { useWorkflow } from "../../../api/workflows";
import { ApiProblem } from "../../../api/client";
import type { Workflow } from "../../../api/schema";
import { Answer } from "../../../states/Answer";
import { Notice } from "../../../states/Notice";
import { OpenDialog } from "../../../states/OpenDialog";
import { Moment } from "../../../times/Moment";
import { baseOf } from "../draft/baseOf";
import { changeDraft, type Draft, present, replaced } from "../draft/drafts";
import { DiffView } from "./DiffView";
import { lineDiff } from "./lineDiff";
import { useSave } from "./useSave";

interface Props {
  id: string;
  draft: Draft;
  onClose: () => void;
}

/** Somebody else saved the workflow that is edited here: shows both, and lets people choose. */
export function ConflictDialog({ id, draft, onClose }: Props) {
  const queries = useQueryClient();
  const theirs = useWorkflow(id);
  const say = useSay();
  const save = useSave(id);
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["workflow", id] });
  }, [queries, id]);
  const takeTheirs = (workflow: Workflow) => {
    changeDraft(id, (now) => replaced(now, baseOf(workflow)));
    say("Theirs is shown now. Undo brings yours back.", "info");
    onClose();
  };
  const keepMine = (workflow: Workflow) => {
    save.mutate(workflow.version, {
      onSuccess: onClose,
      onError: (problem) => {
        if (problem instanceof ApiProblem && problem.status === 412) void theirs.refetch();
      },
    });
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
            disabled={!theirs.data}
            onClick={() => {
              if (theirs.data) takeTheirs(theirs.data);
            }}
          >
            Take theirs
          </Button>
          <Button
            colorPalette="red"
            disabled={!theirs.data}
            loading={save.isPending}
            onClick={() => {
              if (theirs.data) keepMine(theirs.data);
            }}
          >
            Keep mine on top
          </Button>
        </Dialog.Footer>
      }
    >
      <Answer query={theirs} what="the saved workflow">
        {(workflow) => <Both draft={draft} theirs={workflow} />}
      </Answer>
      {save.error ? (
        <Notice kind="error" title="It was not saved">
          {save.error.message}
        </Notice>
      ) : null}
    </OpenDialog>
  );
}

function Both({ draft, theirs }: { draft: Draft; theirs: Workflow }) {
  const mine = present(draft).text;
  const changed = useMemo(() => lineDiff(draft.base.text, theirs.yaml), [draft, theirs]);
  const undone = useMemo(() => lineDiff(theirs.yaml, mine), [theirs, mine]);
  return (
    <>
      <Text fontSize="sm" mb={3}>
        It was saved <Moment at={theirs.updated_at} relative />, after you began. Nothing of yours
        is lost: it is still on this page.
      </Text>
      <Heading as="h3" size="sm" mb={1}>
        What they changed
      </Heading>
      <DiffView lines={changed} label="What they changed" />
      <Heading as="h3" size="sm" mt={4} mb={1}>
        What keeping yours would change in theirs
      </Heading>
      <DiffView lines={undone} label="What keeping yours would change in theirs" />
    </>
  );
}
