import { Box, Checkbox, Flex, SegmentGroup, Spinner, Stack, Text } from "@chakra-ui/react";
import { useState } from "react";
import { useParams } from "react-router-dom";

import { useAccount } from "../../api/account";
import { isSample, onBooking, sampleId } from "../../api/trials";
import { useWorkflow } from "../../api/workflows";
import { Empty } from "../../states/Empty";
import { BookingFinder } from "../../finding/BookingFinder";
import { WorkflowHead } from "../../heads/WorkflowHead";
import { BookingPicker } from "./BookingPicker";
import { useEditedSpec } from "./editedSpec";
import { PastExecution } from "./PastExecution";
import { usePinnedBooking } from "./pinnedBooking";
import { type Mode, MODES, useMode } from "./trialView";
import { TrialAnswer } from "./TrialAnswer";

const KINDS = { mock: "samples", real: "real", live: "both" } as const;

/** Tries one workflow out: on a sample, on a real booking, by really sending, or on the past. */
export default function TrialPage() {
  const { id = "" } = useParams();
  const [mode, setMode] = useMode();
  const [pinned, pin] = usePinnedBooking();
  const head = useWorkflow(id);
  const edited = useEditedSpec(id);
  const [usesSaved, setUsesSaved] = useState(false);
  const spec = usesSaved ? undefined : edited;
  const { may_run } = useAccount(id);
  return (
    <>
      <WorkflowHead id={id} name={head.data?.name} state={head.data?.state}>
        {head.isFetching && !head.data ? <Spinner size="sm" /> : null}
      </WorkflowHead>
      <Stack gap={4}>
        <Flex gap={4} wrap="wrap" align="flex-end">
          <ModeChoice mode={mode} onChange={setMode} />
          {mode === "past" ? null : (
            <BookingPicker workflow={id} kinds={KINDS[mode]} fallback={bookingFor(mode, pinned)} />
          )}
          {edited && mode !== "past" ? (
            <Checkbox.Root
              size="sm"
              mb={1}
              checked={!usesSaved}
              onCheckedChange={({ checked }) => {
                setUsesSaved(checked !== true);
              }}
            >
              <Checkbox.HiddenInput />
              <Checkbox.Control />
              <Checkbox.Label>With your unsaved changes</Checkbox.Label>
            </Checkbox.Root>
          ) : null}
        </Flex>
        {mode === "live" ? null : (
          <Text fontSize="sm" color="fg.muted">
            Nothing is sent, and nothing is recorded.
          </Text>
        )}
        <Box minWidth={0}>
          {mode === "past" ? (
            <PastExecution workflow={id} edited={edited} />
          ) : (
            <Attempt
              workflow={id}
              mode={mode}
              mayRun={may_run}
              booking={bookingFor(mode, pinned)}
              pin={pin}
              spec={spec}
            />
          )}
        </Box>
      </Stack>
    </>
  );
}

interface AttemptProps {
  workflow: string;
  mode: Mode;
  mayRun: boolean;
  booking?: string;
  pin: (booking: string) => void;
  spec?: ReturnType<typeof useEditedSpec>;
}

/** What comes of trying it, or what is needed first. */
function Attempt({ workflow, mode, mayRun, booking, pin, spec }: AttemptProps) {
  if (mode === "live" && !mayRun) return <MayNotSend />;
  if (!booking) {
    return (
      <Box maxWidth="36rem">
        <BookingFinder label="Which booking? The newest stand first" onChoose={pin} />
      </Box>
    );
  }
  return (
    <TrialAnswer workflow={workflow} options={{ ...onBooking(booking), ...spec }} mode={mode} />
  );
}

/** The booking of a way to try it: the pinned one where that fits, else a typical sample. */
function bookingFor(mode: Mode, pinned: string | undefined): string | undefined {
  if (mode === "real") return pinned && !isSample(pinned) ? pinned : undefined;
  if (pinned && (mode === "live" || isSample(pinned))) return pinned;
  return sampleId();
}

function ModeChoice({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  const items = Object.entries(MODES).map(([value, label]) => ({ value, label }));
  return (
    <Box overflowX="auto" maxWidth="full">
      <SegmentGroup.Root
        size="sm"
        aria-label="How to try it"
        value={mode}
        onValueChange={({ value }) => {
          onChange(value as Mode);
        }}
      >
        <SegmentGroup.Indicator />
        <SegmentGroup.Items items={items} />
      </SegmentGroup.Root>
    </Box>
  );
}

function MayNotSend() {
  return (
    <Empty title="You may not send tests of this workflow">
      That needs the right to run it; ask an Airflow admin for the permission to trigger its DAG.
      You may try it on bookings without sending anything.
    </Empty>
  );
}
