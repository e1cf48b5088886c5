import { paths } from "../../app/paths";
import { PlainLink } from "../../links/PlainLink";

interface Named {
  workflow_id: string;
  workflow_name: string | null;
}

/** The name of a workflow; its id where no valid file names it any more. */
export function nameOf({ workflow_id, workflow_name }: Named): string {
  return workflow_name ?? workflow_id;
}

/** Leads to the figures of a workflow by its name; the id is told on hover. */
export function WorkflowLink({ of }: { of: Named }) {
  return (
    <PlainLink to={paths.figures(of.workflow_id)} title={of.workflow_id}>
      {nameOf(of)}
    </PlainLink>
  );
}
