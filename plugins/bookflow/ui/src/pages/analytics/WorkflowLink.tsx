import { Link as ChakraLink } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { paths } from "../../app/paths";

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
    <ChakraLink asChild variant="underline" display="inline">
      <Link to={paths.figures(of.workflow_id)} title={of.workflow_id}>
        {nameOf(of)}
      </Link>
    </ChakraLink>
  );
}
