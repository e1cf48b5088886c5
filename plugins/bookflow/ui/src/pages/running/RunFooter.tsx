import { Box, Button, Dialog } from "@chakra-ui/react";
import { useState } from "react";
import { useNavigate } from "react-router-dom";

import { useAccount } from "../../api/account";
import { useRun, useRunTrial } from "../../api/running";
import type { Trial } from "../../api/schema";
import { useWorkflow } from "../../api/workflows";
import { useSay } from "../../app/Announcer";
import { paths } from "../../app/paths";
import { Failure } from "../../states/Failure";
import { sayCount } from "../trials/trialView";

interface Props {
  workflow: string;
  booking: string;
  onClose: () => void;
}

/** Runs what was chosen, once it is known what that does; leads to its execution. */
export function RunFooter({ workflow, booking, onClose }: Props) {
  // however often the button is pressed, it is one wish
  const [key] = useState(() => crypto.randomUUID());
  const { data: known } = useWorkflow(workflow);
  const { may_run } = useAccount(workflow);
  const trial = useRunTrial(workflow, booking);
  const run = useRun();
  const say = useSay();
  const navigate = useNavigate();
  const isReady = trial.data?.matches === true && !trial.isPlaceholderData;
  const start = () => {
    run.mutate(
      { workflow, booking, key: `${key}:${workflow}:${booking}` },
      {
        onSuccess: ({ execution }) => {
          say(`“${known?.name ?? workflow}” runs for the booking now.`);
          onClose();
          void navigate(paths.execution(execution.id));
        },
      },
    );
  };
  return (
    <>
      {run.error ? (
        <Box px={6}>
          <Failure problem={run.error} />
        </Box>
      ) : null}
      <Dialog.Footer>
        <Button variant="outline" onClick={onClose}>
          Do not run it
        </Button>
        <Button
          colorPalette="orange"
          disabled={!isReady || !may_run}
          loading={run.isPending}
          onClick={start}
        >
          {sayRun(trial.data)}
        </Button>
      </Dialog.Footer>
    </>
  );
}

/** Says on the button itself what comes of it. */
function sayRun(trial: Trial | undefined): string {
  const count = trial?.actions
    .flatMap(({ messages }) => messages)
    .filter(({ channel, address }) => channel !== "update" && address).length;
  return count ? `Run now and send ${sayCount(count, "message")}` : "Run now";
}
