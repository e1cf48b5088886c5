import { Button, Dialog, Text } from "@chakra-ui/react";

import { ApiProblem } from "../../../api/client";
import type { Check } from "../../../api/builder";
import { Loading } from "../../../states/Loading";
import { Notice } from "../../../states/Notice";
import { OpenDialog } from "../../../dialogs/OpenDialog";
import { Diff } from "../../../diff/Diff";
import { parseDiff } from "../../../diff/diffLines";
import { useSave } from "./useSave";

interface Props {
  id: string | null;
  /** What the server says about the edit as it is now; none while it still looks. */
  check: Check | undefined;
  onClose: () => void;
  onConflict: () => void;
}

/** Shows what saving would change, and saves it. */
export function SaveDialog({ id, check, onClose, onConflict }: Props) {
  const save = useSave(id);
  const problem = save.error;
  const isOutdated = problem instanceof ApiProblem && problem.status === 412;
  const start = () => {
    save.mutate(undefined, {
      onSuccess: onClose,
      onError: (error) => {
        if (error instanceof ApiProblem && error.status === 412) onConflict();
      },
    });
  };
  return (
    <OpenDialog
      title={id === null ? "Make this workflow" : "Save your changes"}
      size="lg"
      scrollBehavior="inside"
      hasCross
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            Go on editing
          </Button>
          <Button loading={save.isPending} disabled={!check?.saved} onClick={start}>
            {id === null ? "Make it" : "Save"}
          </Button>
        </Dialog.Footer>
      }
    >
      <WhatIsSaved check={check} isNew={id === null} />
      {problem && !isOutdated ? (
        <Notice kind="error" title="It was not saved">
          {problem.message} Your changes are still here.
        </Notice>
      ) : null}
    </OpenDialog>
  );
}

/** What saving would write, or why it can't. */
function WhatIsSaved({ check, isNew }: { check: Check | undefined; isNew: boolean }) {
  if (!check) return <Loading what="what would change" />;
  if (!check.saved) {
    return (
      <Notice kind="error" title="It can't be saved like this">
        {check.refusal ?? "Close this, and mend what is listed on the page."}
      </Notice>
    );
  }
  const { path, diff, is_active } = check.saved;
  return (
    <>
      <Text mb={2} fontSize="sm">
        {isNew ? "The new file " : "The changes in "}
        <code>{path}</code>, as {isNew ? "it is" : "they are"} committed:
      </Text>
      <Diff maxHeight="22rem" lines={parseDiff(diff)} label="What is saved" />
      {is_active === false ? (
        <Notice kind="info">The workflow is switched off: nothing will run.</Notice>
      ) : null}
    </>
  );
}
