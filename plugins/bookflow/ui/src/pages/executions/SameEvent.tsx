import { Box, Heading } from "@chakra-ui/react";

import { useExecutions } from "../../api/executions";
import type { Execution } from "../../api/schema";
import { ExecutionTable } from "./ExecutionTable";

const FEW = 2;

/** What else the same event set off; nothing where this is all. */
export function SameEvent({ execution }: { execution: Execution }) {
  const { data } = useExecutions({ event: execution.event_id }, FEW);
  const others = data?.pages.flatMap((page) => page.executions).length ?? 0;
  if (others < FEW) return null;
  return (
    <Box as="section" aria-label="Executions of the same event">
      <Heading as="h2" size="md" mb={2}>
        All that this event set off
      </Heading>
      <ExecutionTable filter={{ event: execution.event_id }} hidden={["booking"]} />
    </Box>
  );
}
