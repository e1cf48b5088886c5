import { Text } from "@chakra-ui/react";

import { useEnableEndpoint } from "../../api/health";
import type { EndpointState } from "../../api/schema";
import { useSay } from "../../app/Announcer";
import { ConfirmDialog } from "../../dialogs/ConfirmDialog";
import { useHindrance } from "./useHindrance";

/** Has an endpoint called again, after asking. */
export function EnableEndpoint({ endpoint }: { endpoint: EndpointState }) {
  const { key, channel, workflow_id } = endpoint;
  const say = useSay();
  const { mutate, isPending, error, reset } = useEnableEndpoint();
  // those of mail and SMS are everybody's
  const hindrance = useHindrance(channel === "webhook" ? workflow_id : null);
  return (
    <ConfirmDialog
      label="Enable"
      about={`Enable ${key}`}
      confirm="Call it again"
      title="Call this endpoint again?"
      hindrance={hindrance}
      isPending={isPending}
      problem={error}
      onOpen={reset}
      onConfirm={(close) => {
        mutate(key, {
          onSuccess: () => {
            close();
            say(`${key} is called again from now on.`);
          },
        });
      }}
    >
      <Text>
        {key} gets messages again from now on, also those that wait for it. If it still fails, it is
        paused again. Your name is written to the audit trail.
      </Text>
    </ConfirmDialog>
  );
}
