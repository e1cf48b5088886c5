import { Field, HStack, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { useAccount } from "../../api/account";
import { hasEnded } from "../../api/executions";
import type { Execution } from "../../api/schema";
import { DecisionDialog } from "./DecisionDialog";

const LONGEST_REASON = 500;

/** What a person may decide about an execution as it stands. */
export function Decisions({ execution }: { execution: Execution }) {
  const account = useAccount(execution.workflow_id);
  const isOpen = !hasEnded(execution.status);
  const isRetriable = execution.status === "failed" || execution.status === "cancelled";
  if (!isOpen && !isRetriable) return null;
  if (!account.name) return null;
  if (!account.may_run) {
    return (
      <Text fontSize="sm" color="fg.muted" maxWidth="20rem">
        You may look, but not {isOpen ? "cancel it" : "have it tried again"}. Ask somebody who may
        run this workflow, or an administrator.
      </Text>
    );
  }
  return (
    <HStack wrap="wrap">
      {isRetriable ? <Retry execution={execution} /> : <Cancel execution={execution} />}
    </HStack>
  );
}

function Retry({ execution }: { execution: Execution }) {
  const isCancelled = execution.status === "cancelled";
  return (
    <DecisionDialog
      execution={execution}
      label="Try again"
      confirm="Try again"
      title={isCancelled ? "Take it up again?" : "Try what failed again?"}
      decision={() => ({ kind: "retry" })}
      done="It is tried again now."
    >
      <Text>
        {isCancelled
          ? "The execution goes on as a whole, due now."
          : "The actions that failed are tried again now."}{" "}
        What was delivered is never sent again, and before anything is sent the booking is looked at
        again: where it was cancelled, nothing goes out.
      </Text>
    </DecisionDialog>
  );
}

function Cancel({ execution }: { execution: Execution }) {
  const [reason, setReason] = useState("");
  return (
    <DecisionDialog
      execution={execution}
      label="Cancel execution"
      confirm="Cancel execution"
      title="Cancel this execution?"
      palette="red"
      decision={() => ({ kind: "cancel", reason: reason.trim() })}
      done="It is cancelled. What was being sent at that moment still goes out."
    >
      <Text mb={3}>
        Nothing further of it begins. What is being sent at this moment still goes out. Other
        workflows of the booking go on.
      </Text>
      <Field.Root>
        <Field.Label>Reason</Field.Label>
        <Textarea
          value={reason}
          maxLength={LONGEST_REASON}
          placeholder="Such as: booked twice"
          onChange={({ target }) => {
            setReason(target.value);
          }}
        />
        <Field.HelperText>It is shown with the execution, and in the audit trail.</Field.HelperText>
      </Field.Root>
    </DecisionDialog>
  );
}
