import { Button, Dialog, List, Text } from "@chakra-ui/react";

import type { BulkResult, WorkflowSummary } from "../../api/schema";
import { useActivation } from "../../api/workflows";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { OpenDialog } from "../../dialogs/OpenDialog";

interface Props {
  workflows: WorkflowSummary[];
  isActive: boolean;
  onClose: () => void;
}

/** Asks before workflows are switched on or off, and tells what became of each. */
export default function ActivationDialog({ workflows, isActive, onClose }: Props) {
  const activation = useActivation();
  const verb = isActive ? "Activate" : "Deactivate";
  const [only] = workflows;
  const what =
    workflows.length === 1 && only
      ? (only.name ?? only.id)
      : `${String(workflows.length)} workflows`;
  const results = activation.data?.results;
  return (
    <OpenDialog
      title={results ? `${verb}: what became of each` : `${verb} ${what}?`}
      size="md"
      body={{ maxHeight: "60vh", overflowY: "auto" }}
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            {results ? "Close" : "Cancel"}
          </Button>
          {results ? null : (
            <Button
              loading={activation.isPending}
              onClick={() => {
                activation.mutate({ ids: workflows.map(({ id }) => id), isActive });
              }}
            >
              {verb}
            </Button>
          )}
        </Dialog.Footer>
      }
    >
      {results ? (
        <Results results={results} workflows={workflows} isActive={isActive} />
      ) : (
        <Text>{consequence(isActive)}</Text>
      )}
      {activation.error ? <Failure problem={activation.error} /> : null}
    </OpenDialog>
  );
}

function consequence(isActive: boolean): string {
  return isActive
    ? "From now on they run for each booking that fits. What happened while they were not active is not made up for, except reminders that are still due."
    : "Nothing is sent for bookings from now on, and reminders that are planned do not go out. This can be undone at any time.";
}

const NEW: Record<BulkResult["status"], (isActive: boolean) => string> = {
  changed: (isActive) => (isActive ? "is active now" : "is not active any more"),
  unchanged: (isActive) => (isActive ? "was active already" : "was not active before"),
  refused: () => "was not changed",
};

interface ResultsProps extends Omit<Props, "onClose"> {
  results: BulkResult[];
}

function Results({ results, workflows, isActive }: ResultsProps) {
  const names = new Map(workflows.map(({ id, name }) => [id, name ?? id]));
  const refused = results.filter(({ status }) => status === "refused").length;
  return (
    <>
      <Notice kind={refused ? "warning" : "success"}>
        {refused
          ? `${String(refused)} of ${String(results.length)} could not be changed; the reasons are below.`
          : "It is saved, and takes effect within seconds."}
      </Notice>
      <List.Root gap={2} mt={3} ps={5}>
        {results.map((result) => (
          <List.Item key={result.id}>
            <b>{names.get(result.id) ?? result.id}</b> {NEW[result.status](isActive)}
            {result.error ? `: ${result.error.message}` : ""}
          </List.Item>
        ))}
      </List.Root>
    </>
  );
}
