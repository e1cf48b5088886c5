import { Button, Dialog, Stack } from "@chakra-ui/react";
import { useState } from "react";

import { useWorkflow } from "../../api/workflows";
import { OpenDialog } from "../../dialogs/OpenDialog";
import { BookingFinder } from "../../finding/BookingFinder";
import { WorkflowFinder } from "../../finding/WorkflowFinder";
import { Chosen } from "./Chosen";
import { RunFooter } from "./RunFooter";
import { RunPreview } from "./RunPreview";

interface Props {
  /** What is given is not asked for. */
  workflow?: string;
  booking?: string;
  onClose: () => void;
}

/** Runs one workflow for one booking now, after saying what that sends to whom. */
export default function RunDialog(props: Props) {
  const { onClose } = props;
  const [workflow, setWorkflow] = useState(props.workflow);
  const [booking, setBooking] = useState(props.booking);
  const isChosen = workflow !== undefined && booking !== undefined;
  return (
    <OpenDialog
      title="Run a workflow now for a booking"
      size="lg"
      scrollBehavior="inside"
      hasCross
      onClose={onClose}
      footer={
        isChosen ? (
          <RunFooter workflow={workflow} booking={booking} onClose={onClose} />
        ) : (
          <Dialog.Footer>
            <Button variant="outline" onClick={onClose}>
              Do not run it
            </Button>
            <Button colorPalette="orange" disabled>
              Run now
            </Button>
          </Dialog.Footer>
        )
      }
    >
      <Stack gap={4}>
        {workflow === undefined ? (
          <WorkflowFinder onChoose={setWorkflow} />
        ) : (
          <ChosenWorkflow
            id={workflow}
            onChange={props.workflow === undefined ? setWorkflow : undefined}
          />
        )}
        {booking === undefined ? (
          <BookingFinder label="For which booking?" onChoose={setBooking} />
        ) : (
          <Chosen
            what="Booking"
            name={booking}
            onChange={props.booking === undefined ? setBooking : undefined}
          />
        )}
        {isChosen ? <RunPreview workflow={workflow} booking={booking} /> : null}
      </Stack>
    </OpenDialog>
  );
}

interface ChosenProps {
  id: string;
  onChange: ((id: undefined) => void) | undefined;
}

function ChosenWorkflow({ id, onChange }: ChosenProps) {
  const { data } = useWorkflow(id);
  return <Chosen what="Workflow" name={data?.name ?? id} onChange={onChange} />;
}
