import { Text } from "@chakra-ui/react";

import { useAccount } from "../../api/account";
import type { Execution, LoggedAction } from "../../api/schema";
import { DecisionDialog } from "./DecisionDialog";

interface Props {
  action: LoggedAction;
  execution: Execution;
}

/** Has one failed action tried again, where several failed; else the head's button does the same. */
export function RetryAction({ action, execution }: Props) {
  const account = useAccount(execution.workflow_id);
  const failed = execution.execution_log.filter(({ status }) => status === "failed");
  const isOffered = execution.status === "failed" && action.status === "failed";
  if (!isOffered || failed.length < 2 || !account.may_run) return null;
  return (
    <DecisionDialog
      execution={execution}
      size="xs"
      label="Try only this again"
      confirm="Try again"
      title={`Try “${action.action}” again?`}
      decision={() => ({ kind: "retry", action: action.action })}
      done={`“${action.action}” is tried again now.`}
    >
      <Text>Only this action is tried again now. What was delivered is never sent again.</Text>
    </DecisionDialog>
  );
}
