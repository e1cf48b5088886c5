import type { ReactNode } from "react";

import { type Decision, useDecision } from "../../api/executions";
import { useSay } from "../../app/Announcer";
import { ConfirmDialog } from "../../dialogs/ConfirmDialog";

interface Props {
  execution: { id: string };
  /** What the button that opens it says, and the one that confirms. */
  label: string;
  confirm: string;
  title: string;
  palette?: string;
  size?: "xs" | "sm";
  /** What was decided once it is confirmed. */
  decision: () => Decision;
  /** What is said when it is done. */
  done: string;
  children: ReactNode;
}

/** A button that asks before it decides about an execution. */
export function DecisionDialog({ execution, decision, done, size = "sm", ...words }: Props) {
  const say = useSay();
  const { mutate, isPending, error, reset } = useDecision(execution.id);
  return (
    <ConfirmDialog
      {...words}
      size={size}
      isPending={isPending}
      problem={error}
      onOpen={reset}
      onConfirm={(close) => {
        mutate(decision(), {
          onSuccess: () => {
            close();
            say(done);
          },
        });
      }}
    />
  );
}
