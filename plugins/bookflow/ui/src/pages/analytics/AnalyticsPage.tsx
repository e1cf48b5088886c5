import { Box, Flex, Heading } from "@chakra-ui/react";

import { useStats } from "../../api/analytics";
import { Answer } from "../../states/Answer";
import { AnalyticsFigures } from "./AnalyticsFigures";
import { toFilter } from "./figureFilter";
import { PeriodPicker } from "./PeriodPicker";
import { useSearchParts } from "../../urlState/useSearchParts";
import { WorkflowFilter } from "./WorkflowFilter";

/** How well all workflows do: what fails most, why, and whether it gets better. */
export default function AnalyticsPage() {
  const [search] = useSearchParts();
  const filter = toFilter(search);
  const stats = useStats(filter);
  return (
    <>
      <Heading as="h1" size="lg" mb={4}>
        Analytics
      </Heading>
      <Flex gap={3} wrap="wrap" align="flex-end" mb={4}>
        <PeriodPicker />
        <WorkflowFilter />
      </Flex>
      <Box
        aria-busy={stats.isPlaceholderData}
        style={{ opacity: stats.isPlaceholderData ? 0.6 : 1 }}
      >
        <Answer query={stats} what="figures">
          {(data) => <AnalyticsFigures stats={data} filter={filter} />}
        </Answer>
      </Box>
    </>
  );
}
