import { Box, Flex, Heading, Text } from "@chakra-ui/react";
import { useParams } from "react-router-dom";

import { useWorkflowReport } from "../../api/analytics";
import { paths, withQuery } from "../../app/paths";
import { Answer } from "../../states/Answer";
import { toFilter } from "./figureFilter";
import { PageLink } from "./PageLink";
import { PeriodPicker } from "./PeriodPicker";
import { useSearchParts } from "./useSearchParts";
import { WorkflowReportView } from "./WorkflowReportView";

/** How well one workflow does, action by action. */
export default function WorkflowFiguresPage() {
  const { id = "" } = useParams();
  const [search] = useSearchParts();
  const filter = { ...toFilter(search), workflow: id, trigger: undefined };
  const report = useWorkflowReport(id, filter);
  return (
    <>
      <Heading as="h1" size="lg" overflowWrap="anywhere">
        Figures of {id}
      </Heading>
      <Text mb={4}>
        <PageLink to={paths.workflow(id)}>Open the workflow</PageLink>
        {" · "}
        <PageLink to={withQuery(paths.executions, { workflow: id })}>Its executions</PageLink>
        {" · "}
        <PageLink to={paths.analytics}>Figures of all workflows</PageLink>
      </Text>
      <Flex mb={4}>
        <PeriodPicker />
      </Flex>
      <Box aria-busy={report.isPlaceholderData} opacity={report.isPlaceholderData ? 0.6 : 1}>
        <Answer query={report} what="figures">
          {(data) => <WorkflowReportView report={data} filter={filter} />}
        </Answer>
      </Box>
    </>
  );
}
