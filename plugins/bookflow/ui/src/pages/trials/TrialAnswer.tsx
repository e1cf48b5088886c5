import { Box } from "@chakra-ui/react";

import { ApiProblem } from "../../api/client";
import { type TrialInput, useTrial } from "../../api/trials";
import { Answer } from "../../states/Answer";
import { Notice } from "../../states/Notice";
import { Ticked } from "../../states/Ticked";
import { SendTest } from "./SendTest";
import { TrialResult } from "./TrialResult";
import type { Mode } from "./trialView";

interface Props {
  workflow: string;
  options: TrialInput;
  mode: Mode;
}

/** The outcome of a trial; with what it takes to really send it, where that is the wish. */
export function TrialAnswer({ workflow, options, mode }: Props) {
  const query = useTrial(workflow, options);
  const { error } = query;
  if (error instanceof ApiProblem && error.status === 422 && error.issues.length) {
    return (
      <Notice kind="error" title="The workflow has errors, so it can't be tried">
        {error.issues.map(({ key, message }) => (
          <Box key={key + message}>
            <Ticked>{`\`${key}\`: ${message}`}</Ticked>
          </Box>
        ))}
      </Notice>
    );
  }
  return (
    <Answer query={query} what="the trial">
      {(trial) => (
        <>
          {mode === "live" && !query.isPlaceholderData ? (
            <SendTest workflow={workflow} options={options} trial={trial} />
          ) : null}
          <Box opacity={query.isPlaceholderData ? 0.6 : 1}>
            <TrialResult trial={trial} />
          </Box>
        </>
      )}
    </Answer>
  );
}
