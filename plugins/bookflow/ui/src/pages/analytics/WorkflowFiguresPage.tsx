import { Box, Flex } from "@chakra-ui/react";
import { useParams } from "react-router-dom";

import { useWorkflowReport } from "../../api/analytics";
import type { Workflow } from "../../api/schema";
import { useWorkflowIfThere } from "../../api/versions";
import { paths } from "../../app/paths";
import { Answer } from "../../states/Answer";
import { WorkflowHead } from "../../heads/WorkflowHead";
import { toFilter } from "./figureFilter";
import { PageLink } from "../../links/PageLink";
import { PeriodPicker } from "./PeriodPicker";
import { useSearchParts } from "../../urlState/useSearchParts";
import { WorkflowReportView } from "./WorkflowReportView";

/** How well one workflow does, action by action. */
export default function WorkflowFiguresPage() {
  const { id = "" } = useParams();
  const [search] = useSearchParts();
  const filter = { ...toFilter(search), workflow: id, trigger: undefined };
  const report = useWorkflowReport(id, filter);
  const there = useWorkflowIfThere(id);
  return (
    <>
      <WorkflowHead id={id} name={there.data?.name} state={stateOf(there.data)} />
      <Flex mb={4} gap={4} wrap="wrap" align="center" justify="space-between">
        <PeriodPicker />
        <PageLink to={paths.analytics}>Figures of all workflows</PageLink>
      </Flex>
      <Box aria-busy={report.isPlaceholderData} opacity={report.isPlaceholderData ? 0.6 : 1}>
        <Answer query={report} what="figures">
          {(data) => <WorkflowReportView report={data} filter={filter} />}
        </Answer>
      </Box>
    </>
  );
}

/** One that was deleted keeps its figures. */
function stateOf(workflow: Workflow | null | undefined): string | undefined {
  return workflow === null ? "deleted" : workflow?.state;
}
