import { Flex, Heading } from "@chakra-ui/react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router-dom";

import { ExecutionTable } from "./ExecutionTable";
import { ExportMenu } from "./ExportMenu";
import { FilterBar } from "./FilterBar";
import { readFilter } from "./filterQuery";

/** All executions, with filters. */
export default function ExecutionsPage() {
  const [query, setQuery] = useSearchParams();
  // "the last hour" counts back from when one came here, or the list would begin anew all the time
  const [now] = useState(Date.now);
  const filter = useMemo(() => readFilter(query, now), [query, now]);
  return (
    <>
      <Flex justify="space-between" align="center" gap={3} mb={3}>
        <Heading as="h1" size="lg">
          Executions
        </Heading>
        <ExportMenu filter={filter} />
      </Flex>
      <FilterBar
        query={query}
        setQuery={(change) => {
          setQuery(change, { replace: true });
        }}
      />
      <ExecutionTable filter={filter} />
    </>
  );
}
