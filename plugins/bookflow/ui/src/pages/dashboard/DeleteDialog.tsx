import { Button, Dialog, Stack, Text } from "@chakra-ui/react";

import { useAccount } from "../../api/account";
import { ApiProblem } from "../../api/client";
import type { WorkflowSummary } from "../../api/schema";
import { useDeletion } from "../../api/workflows";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { OpenDialog } from "../../dialogs/OpenDialog";

interface Props {
  workflow: WorkflowSummary;
  onDeleted: (workflow: WorkflowSummary) => void;
  onClose: () => void;
}

const CHANGED = 412;

/** Asks before a workflow is deleted, and says what stays. */
export default function DeleteDialog({ workflow, onDeleted, onClose }: Props) {
  const { has_history } = useAccount();
  const deletion = useDeletion();
  const { error } = deletion;
  const wasChanged = error instanceof ApiProblem && error.status === CHANGED;
  return (
    <OpenDialog
      title={<>Delete {workflow.name ?? workflow.id}?</>}
      size="md"
      role="alertdialog"
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            {wasChanged ? "Close" : "Cancel"}
          </Button>
          {wasChanged ? null : (
            <Button
              colorPalette="red"
              loading={deletion.isPending}
              onClick={() => {
                deletion.mutate(workflow, {
                  onSuccess: () => {
                    onDeleted(workflow);
                  },
                });
              }}
            >
              Delete
            </Button>
          )}
        </Dialog.Footer>
      }
    >
      <Stack gap={3}>
        <Text>
          It matches no booking any more, and reminders that are planned do not go out. Its
          executions stay readable.
        </Text>
        <Text>
          {has_history
            ? "You can bring it back from its history."
            : "The workflows are not in git here, so it cannot be brought back. To keep it, deactivate it instead."}
        </Text>
        {wasChanged ? (
          <Notice kind="warning" title="Somebody changed it meanwhile">
            Nothing was deleted. Close this, look at the workflow as it is now, and delete it then
            if you still want to.
          </Notice>
        ) : null}
        {error && !wasChanged ? <Failure problem={error} /> : null}
      </Stack>
    </OpenDialog>
  );
}
