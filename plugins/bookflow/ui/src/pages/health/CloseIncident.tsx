import { Field, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { useCloseIncident } from "../../api/health";
import type { IncidentState } from "../../api/schema";
import { useSay } from "../../app/Announcer";
import { ConfirmDialog } from "../../dialogs/ConfirmDialog";
import { useHindrance } from "./useHindrance";

const LONGEST_NOTE = 500;

/** Closes an incident by hand, with a note for those who were alerted. */
export function CloseIncident({ incident }: { incident: IncidentState }) {
  const { id, subject, workflow_id } = incident;
  const [note, setNote] = useState("");
  const say = useSay();
  const { mutate, isPending, error, reset } = useCloseIncident();
  const hindrance = useHindrance(workflow_id);
  return (
    <ConfirmDialog
      label="Close"
      about={`Close the incident: ${subject}`}
      confirm="Close the incident"
      title="Close this incident?"
      hindrance={hindrance}
      isPending={isPending}
      problem={error}
      onOpen={reset}
      onConfirm={(close) => {
        mutate(
          { id, note: note.trim() || null },
          {
            onSuccess: () => {
              close();
              say("The incident is closed. Who was alerted is told.");
            },
          },
        );
      }}
    >
      <Text mb={3}>
        It closes by itself once it has passed. Close it by hand when you know that it is over;
        should the next check find the same again, that is a new incident with a new alert.
      </Text>
      <Field.Root>
        <Field.Label>Note</Field.Label>
        <Textarea
          value={note}
          maxLength={LONGEST_NOTE}
          placeholder="What it was, and what was done"
          onChange={(event) => {
            setNote(event.target.value);
          }}
        />
        <Field.HelperText>
          Goes to those who were alerted, and stays with the incident.
        </Field.HelperText>
      </Field.Root>
    </ConfirmDialog>
  );
}
