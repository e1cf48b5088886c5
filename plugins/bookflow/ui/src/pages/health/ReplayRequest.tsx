import { Text } from "@chakra-ui/react";

import { useReplay } from "../../api/health";
import type { KeptHead } from "../../api/schema";
import { useSay } from "../../app/Announcer";
import { ConfirmDialog } from "../../dialogs/ConfirmDialog";

/** Has a request run again, after saying what that does. */
export function ReplayRequest({ request }: { request: KeptHead }) {
  const { id, source, verdict, replayable } = request;
  const say = useSay();
  const { mutate, isPending, error, reset } = useReplay();
  return (
    <ConfirmDialog
      label="Run again"
      about={`Run the request of ${source} again`}
      confirm="Run it again"
      title="Run this request again?"
      hindrance={
        replayable
          ? undefined
          : "It was refused before its sender was known, or its body is not kept."
      }
      isPending={isPending}
      problem={error}
      onOpen={reset}
      onConfirm={(close) => {
        mutate(id, {
          onSuccess: (answer) => {
            close();
            const why = answer.reason ? `: ${answer.reason}` : "";
            const isGood = answer.verdict === "accepted";
            say(`It ran again and was ${answer.verdict}${why}.`, isGood ? "success" : "warning");
          },
        });
      }}
    >
      <Text>
        {verdict === "accepted"
          ? "This request was accepted before. Run again, everything happens once more: people get the same messages a second time."
          : "The request is read once more as if it had just come in. If it is accepted now, its workflows run and messages go out."}
      </Text>
    </ConfirmDialog>
  );
}
