import { Button, Dialog, Stack, Text } from "@chakra-ui/react";

import { ApiProblem } from "../../api/client";
import type { SavedWorkflow } from "../../api/schema";
import { useRestorePreview, useRestoring, useWorkflowIfThere } from "../../api/versions";
import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";
import { Notice } from "../../states/Notice";
import { OpenDialog } from "../../dialogs/OpenDialog";
import { Diff } from "../../diff/Diff";
import { parseDiff } from "../../diff/diffLines";

interface Props {
  id: string;
  commit: string;
  /** What comes back, in words. */
  said: string;
  onRestored: (saved: SavedWorkflow) => void;
  onClose: () => void;
}

const CHANGED = new Set([412, 428]);
const wasChanged = (problem: Error | null) =>
  problem instanceof ApiProblem && CHANGED.has(problem.status);

/** Shows what going back would change, and asks; what somebody saved meanwhile is never lost. */
export function RestoreDialog({ id, commit, said, onRestored, onClose }: Props) {
  const there = useWorkflowIfThere(id);
  const wanted = { id, commit, now: there.data ?? null };
  const preview = useRestorePreview(wanted, there.data !== undefined);
  const restoring = useRestoring();
  const isSame = preview.data?.diff === "";
  const isReady = preview.data !== undefined && !isSame && !there.isFetching;
  return (
    <OpenDialog
      title={there.data === null ? "Bring this workflow back?" : "Go back to this version?"}
      size="lg"
      scrollBehavior="inside"
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={restoring.isPending}
            disabled={!isReady}
            onClick={() => {
              restoring.mutate(wanted, { onSuccess: onRestored });
            }}
          >
            Restore
          </Button>
        </Dialog.Footer>
      }
    >
      <Stack gap={3}>
        <Text>{said}. It is saved as a new version, so nothing of the history is lost.</Text>
        <Troubles
          problems={[restoring.error, there.error, preview.error]}
          onRetry={() => {
            restoring.reset();
            void there.refetch();
            void preview.refetch();
          }}
        />
        {preview.data ? <Consequence saved={preview.data} isDeleted={there.data === null} /> : null}
        {!preview.data && !preview.error && !there.error ? (
          <Loading what="what would change" />
        ) : null}
      </Stack>
    </OpenDialog>
  );
}

interface TroublesProps {
  problems: (Error | null)[];
  onRetry: () => void;
}

function Troubles({ problems, onRetry }: TroublesProps) {
  if (problems.some(wasChanged)) {
    return (
      <Notice kind="warning" title="Somebody else saved this workflow meanwhile">
        Nothing was restored. Below is what going back would change now; restore again if you still
        want to.
      </Notice>
    );
  }
  const problem = problems.find((one) => one !== null);
  return problem ? <Failure problem={problem} onRetry={onRetry} /> : null;
}

function Consequence({ saved, isDeleted }: { saved: SavedWorkflow; isDeleted: boolean }) {
  if (saved.diff === "") return <Text>The workflow says exactly this already.</Text>;
  return (
    <>
      <Text>
        {saved.state === "active"
          ? "It is active afterwards: it runs for the next booking that fits."
          : "It is not active afterwards, so nothing is sent."}
      </Text>
      {isDeleted ? null : <Text fontWeight="medium">This would change:</Text>}
      <Diff lines={parseDiff(saved.diff)} />
    </>
  );
}
