import { createContext, useCallback, useContext } from "react";

import type { WorkflowSummary } from "../../api/schema";
import { ChoiceBox } from "./ChoiceBox";

/** Ids of the selected workflows; a context, so that only the boxes are drawn anew. */
export const Selection = createContext<ReadonlySet<string>>(new Set());

interface Props {
  workflow: WorkflowSummary;
  onChoose: (id: string, isChosen: boolean) => void;
}

/** Selects one workflow. */
export function SelectionBox({ workflow, onChoose }: Props) {
  const chosen = useContext(Selection);
  const { id } = workflow;
  const choose = useCallback(
    (isChosen: boolean) => {
      onChoose(id, isChosen);
    },
    [onChoose, id],
  );
  return (
    <ChoiceBox label={`Select ${workflow.name ?? id}`} checked={chosen.has(id)} onChange={choose} />
  );
}

interface AllProps {
  workflows: WorkflowSummary[];
  onChooseAll: (isChosen: boolean) => void;
}

/** Selects all that are shown, or none. */
export function SelectAllBox({ workflows, onChooseAll }: AllProps) {
  const chosen = useContext(Selection);
  const all = workflows.length > 0 && workflows.every(({ id }) => chosen.has(id));
  return (
    <ChoiceBox
      label="Select all workflows shown"
      checked={all ? true : chosen.size > 0 ? "indeterminate" : false}
      onChange={onChooseAll}
    />
  );
}
