import { HStack, Stack, Text } from "@chakra-ui/react";

import type { PlainTrial, Trial } from "../../api/schema";
import { Notice } from "../../states/Notice";
import { Moment } from "../../times/Moment";
import { TriedActionCard } from "./TriedActionCard";
import { sayCount } from "./trialView";

/** What a workflow would do, action by action. */
export function TrialResult({ trial }: { trial: PlainTrial & Partial<Pick<Trial, "booking">> }) {
  const { totals, booking } = trial;
  return (
    <Stack gap={4}>
      {trial.matches ? null : (
        <Notice kind="warning" title="The workflow would not run for this booking">
          {trial.reason}. Below is what its actions would do if it did.
        </Notice>
      )}
      {booking?.note ? <Notice kind="info">The booking: {booking.note}.</Notice> : null}
      <HStack gap={4} wrap="wrap" fontSize="sm" role="status">
        <Text fontWeight="medium">
          {sayCount(totals.messages, "message")} would be sent: {sayTotals(totals)}.
        </Text>
        <Text color="fg.muted">
          Due <Moment at={trial.due_at} />, would run <Moment at={trial.runs_at} />. Tried in{" "}
          {Math.round(trial.duration_ms)} ms.
        </Text>
      </HStack>
      {trial.actions.map((action) => (
        <TriedActionCard key={action.name} action={action} />
      ))}
    </Stack>
  );
}

function sayTotals({ would_run, waits, skipped, invalid }: Trial["totals"]): string {
  const parts = [
    `${sayCount(would_run, "action")} would run`,
    waits ? `${String(waits)} would wait` : "",
    skipped ? `${String(skipped)} skipped` : "",
    invalid ? `${String(invalid)} can't run` : "",
  ];
  return parts.filter(Boolean).join(", ");
}
