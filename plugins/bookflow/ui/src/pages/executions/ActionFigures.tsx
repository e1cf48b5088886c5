import { CircleCheck, CircleX, SkipForward } from "lucide-react";

import type { ExecutionSummary } from "../../api/schema";

type Counts = Pick<ExecutionSummary, "actions_executed" | "actions_skipped" | "actions_failed">;

/** How many actions were done, skipped and failed; what there is none of is left out. */
export function ActionFigures(counts: Counts) {
  const figures = [
    { count: counts.actions_executed, word: "done", icon: CircleCheck, look: "bf-good" },
    { count: counts.actions_skipped, word: "skipped", icon: SkipForward, look: "bf-muted" },
    { count: counts.actions_failed, word: "failed", icon: CircleX, look: "bf-bad" },
  ].filter(({ count }) => count > 0);
  if (figures.length === 0) return <span className="bf-muted">none yet</span>;
  return (
    <div className="bf-line">
      {figures.map(({ count, word, icon: Icon, look }) => (
        <span key={word} className="bf-piece">
          <Icon aria-hidden size={14} className={look} />
          {count} {word}
        </span>
      ))}
    </div>
  );
}
