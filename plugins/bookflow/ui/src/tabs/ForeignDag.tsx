import { Link as ChakraLink } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { paths } from "../app/paths";
import { Empty } from "../states/Empty";

const UPKEEP = "bookflow_";

/** What stands in our tabs on a DAG that carries out no workflow. */
export function ForeignDag({ dagId }: { dagId: string }) {
  const isUpkeep = dagId.startsWith(UPKEEP);
  return (
    <Empty title={isUpkeep ? "This DAG keeps bookflow going" : "This DAG is no workflow"}>
      {isUpkeep
        ? `${dagId} is a part of bookflow itself: it carries out no workflow, but the workflows need it. `
        : `${dagId} was not made by bookflow, and has done nothing for a booking. `}
      <ChakraLink asChild variant="underline">
        <Link to={isUpkeep ? paths.health : paths.dashboard}>
          {isUpkeep ? "See how bookflow is doing" : "See the workflows"}
        </Link>
      </ChakraLink>
    </Empty>
  );
}
