import type { WorkflowSummary } from "../../api/schema";
import { StatusBadge } from "../../badges/StatusBadge";
import { Ticked } from "../../states/Ticked";

/** Whether a workflow works; of an invalid one also what is wrong first. */
export function WorkflowState({ workflow }: { workflow: WorkflowSummary }) {
  const [first, ...others] = workflow.errors;
  if (!first) return <StatusBadge status={workflow.state} />;
  const all = workflow.errors.map(({ line, message }) => `Line ${String(line)}: ${message}`);
  return (
    <div title={all.join("\n")}>
      <StatusBadge status={workflow.state} />
      <div className="bf-bad bf-small bf-wrap bf-three-lines" style={{ maxWidth: "22rem" }}>
        {first.line ? `Line ${String(first.line)}: ` : ""}
        <Ticked>{first.message}</Ticked>
        {others.length ? ` (and ${String(others.length)} more)` : ""}
      </div>
    </div>
  );
}
