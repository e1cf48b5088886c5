import type { Figures } from "../../api/schema";
import { formatRate } from "../../words/rates";

/** The share of executions that completed, and how many failed. */
export function SuccessRate({ figures }: { figures: Figures }) {
  const { success_rate, failed_executions, total_executions } = figures;
  if (success_rate === null) {
    return <span className="bf-muted">{total_executions ? "None ended yet" : "Never ran"}</span>;
  }
  return (
    <span className="bf-keep">
      {formatRate(success_rate)}
      {failed_executions ? (
        <span className="bf-bad bf-small" style={{ marginInlineStart: "0.5rem" }}>
          {failed_executions.toLocaleString()} failed
        </span>
      ) : null}
    </span>
  );
}
