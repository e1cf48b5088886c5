import type { TypeFigures } from "../../api/schema";
import { nameAction } from "../../words/triggers";
import { FigurePanel } from "./FigurePanel";
import { FigureTable } from "./FigureTable";

/** How actions of each type ended. */
export function TypePanel({ types }: { types: TypeFigures[] }) {
  const title = "By type of action";
  const sheet = {
    name: "action-types",
    columns: ["Type", "Done", "Failed", "Skipped", "Went well in %", "Takes on average (ms)"],
    rows: types.map((one) => [
      nameAction(one.type),
      one.successful,
      one.failed,
      one.skipped,
      one.success_rate,
      one.average_ms,
    ]),
  };
  return (
    <FigurePanel
      title={title}
      about="“Went well” is of those that were done or failed; skipped ones are left out."
      sheet={sheet}
    >
      <FigureTable sheet={sheet} title={title} />
    </FigurePanel>
  );
}
