import { Button, Flex, Heading, Link as ChakraLink } from "@chakra-ui/react";
import { lazy, Suspense, useCallback, useState } from "react";
import { Link } from "react-router-dom";

import { useAccount } from "../../api/account";
import type { WorkflowSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { Notice } from "../../states/Notice";
import { useDashboardView } from "./dashboardView";
import { OverallFigures } from "./OverallFigures";
import { WorkflowFilters } from "./WorkflowFilters";
import { WorkflowList } from "./WorkflowList";
import type { Wish } from "./WorkflowMenu";

const ActivationDialog = lazy(() => import("./ActivationDialog"));
const BulkTestDialog = lazy(() => import("./BulkTestDialog"));
const DeleteDialog = lazy(() => import("./DeleteDialog"));
const DuplicateDialog = lazy(() => import("./DuplicateDialog"));
const RunDialog = lazy(() => import("../running/RunDialog"));

type Job = Wish | "test";

interface Asked {
  job: Job;
  workflows: WorkflowSummary[];
}

/** What was deleted last: the way back must outlive a look at another page. */
let lastDeleted: WorkflowSummary | undefined;

/** The workflows, how well they do, and what can be done with them. */
export function DashboardPage() {
  const filters = useDashboardView();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Asked>();
  const [deleted, setDeleted] = useState(lastDeleted);
  const wish = useCallback((job: Job, workflow: WorkflowSummary) => {
    setAsked({ job, workflows: [workflow] });
  }, []);
  const choose = useCallback((id: string, isChosen: boolean) => {
    setChosen((before) => {
      const after = new Set(before);
      if (isChosen) after.add(id);
      else after.delete(id);
      return after;
    });
  }, []);
  const { set } = filters;
  const sortBy = useCallback(
    (sort: string) => {
      set("sort", sort);
    },
    [set],
  );
  const remember = (workflow: WorkflowSummary | undefined) => {
    lastDeleted = workflow;
    setDeleted(workflow);
  };
  return (
    <>
      <PageHead />
      {deleted ? (
        <Deleted
          workflow={deleted}
          onClose={() => {
            remember(undefined);
          }}
        />
      ) : null}
      <OverallFigures />
      <WorkflowFilters {...filters} />
      <WorkflowList
        filter={filters.view}
        isFiltered={filters.isFiltered}
        onClear={filters.clear}
        chosen={chosen}
        onChosen={setChosen}
        onChoose={choose}
        onSort={sortBy}
        onWish={wish}
        onBulk={(job, workflows) => {
          setAsked({ job, workflows });
        }}
      />
      {asked ? (
        <Suspense>
          <AskedDialog
            {...asked}
            onDeleted={remember}
            onClose={() => {
              setAsked(undefined);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function PageHead() {
  const { may_edit } = useAccount();
  return (
    <Flex mb={4} gap={3} wrap="wrap" align="center" justify="space-between">
      <Heading as="h1" size="lg">
        Workflows
      </Heading>
      {may_edit ? (
        <Flex gap={2}>
          <Button asChild size="sm" variant="outline">
            <Link to={paths.templates}>From a template</Link>
          </Button>
          <Button asChild size="sm">
            <Link to={paths.newWorkflow}>New workflow</Link>
          </Button>
        </Flex>
      ) : null}
    </Flex>
  );
}

function Deleted({ workflow, onClose }: { workflow: WorkflowSummary; onClose: () => void }) {
  const { has_history } = useAccount();
  return (
    <Notice kind="success" onClose={onClose}>
      “{workflow.name ?? workflow.id}” is deleted.{" "}
      {has_history ? (
        <ChakraLink asChild variant="underline">
          <Link to={paths.history(workflow.id)}>Open its history to bring it back</Link>
        </ChakraLink>
      ) : null}
    </Notice>
  );
}

interface AskedProps extends Asked {
  onDeleted: (workflow: WorkflowSummary) => void;
  onClose: () => void;
}

function AskedDialog({ job, workflows, onDeleted, onClose }: AskedProps) {
  const [workflow] = workflows;
  if (!workflow) return null;
  if (job === "test") return <BulkTestDialog workflows={workflows} onClose={onClose} />;
  if (job === "run") return <RunDialog workflow={workflow.id} onClose={onClose} />;
  if (job === "duplicate") return <DuplicateDialog workflow={workflow} onClose={onClose} />;
  if (job === "delete") {
    const done = () => {
      onDeleted(workflow);
      onClose();
    };
    return <DeleteDialog workflow={workflow} onDeleted={done} onClose={onClose} />;
  }
  return <ActivationDialog workflows={workflows} isActive={job === "activate"} onClose={onClose} />;
}
