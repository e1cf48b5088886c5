import { Box, Button, Text } from "@chakra-ui/react";
import { useCallback, useMemo } from "react";
import { Link } from "react-router-dom";

import { useAccount } from "../../api/account";
import { type Activity, useActivity } from "../../api/activity";
import type { Account, WorkflowSummary } from "../../api/schema";
import { useWorkflows, type WorkflowFilter } from "../../api/workflows";
import { paths } from "../../app/paths";
import { InTurn } from "../../pacing/InTurn";
import { Empty } from "../../states/Empty";
import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";
import { MoreButton } from "../../tables/MoreButton";
import { useGradually } from "../../tables/useGradually";
import { useRowLook } from "../../tables/useRowLook";
import { FirstWorkflow } from "./FirstWorkflow";
import { SelectionBar } from "./SelectionBar";
import { Selection } from "./SelectionBox";
import { useIsNarrow } from "./useIsNarrow";
import { WorkflowCards } from "./WorkflowCards";
import { UnseenMenu, type WorkflowMenuProps } from "./WorkflowMenu";
import { WorkflowTable } from "./WorkflowTable";

/** What a table and cards show, and what can be done with it. */
export interface WorkflowRows {
  workflows: WorkflowSummary[];
  activity: Record<string, Activity> | null;
  account: Account;
  sort: string;
  onSort: (sort: string) => void;
  onChoose: (id: string, isChosen: boolean) => void;
  onChooseAll: (isChosen: boolean) => void;
  onWish: WorkflowMenuProps["onWish"];
}

interface Props extends Pick<WorkflowRows, "onSort" | "onChoose"> {
  filter: WorkflowFilter & { sort: string };
  isFiltered: boolean;
  onClear: () => void;
  chosen: ReadonlySet<string>;
  onChosen: (ids: ReadonlySet<string>) => void;
  onWish: WorkflowMenuProps["onWish"];
  onBulk: (job: "activate" | "deactivate" | "test", workflows: WorkflowSummary[]) => void;
}

/** The workflows that fit the filters, as a table, or as cards on narrow screens. */
export function WorkflowList(props: Props) {
  const { filter, isFiltered, onClear, chosen, onChosen, onSort, onChoose, onWish, onBulk } = props;
  const account = useAccount();
  const list = useWorkflows(filter);
  const workflows = useMemo(
    () => list.data?.pages.flatMap((page) => page.workflows) ?? [],
    [list.data],
  );
  const activity = useActivity(workflows.map(({ id }) => id));
  const isNarrow = useIsNarrow();
  const look = useRowLook();
  const drawn = useGradually(workflows);
  const onChooseAll = useCallback(
    (isChosen: boolean) => {
      onChosen(new Set(isChosen ? workflows.map(({ id }) => id) : []));
    },
    [onChosen, workflows],
  );
  // nothing is done to what is not shown any more
  const shown = useMemo(() => workflows.filter(({ id }) => chosen.has(id)), [workflows, chosen]);
  const selection = useMemo(() => new Set(shown.map(({ id }) => id)), [shown]);
  if (!list.data) {
    return list.error ? (
      <Failure problem={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="workflows" />
    );
  }
  if (workflows.length === 0) {
    if (!isFiltered) return <FirstWorkflow mayMake={account.may_edit} />;
    return (
      <Empty title="No workflow fits the filters">
        <Button size="sm" variant="outline" onClick={onClear}>
          Clear filters
        </Button>{" "}
        <Button asChild size="sm" variant="ghost">
          <Link to={paths.deleted}>See deleted workflows</Link>
        </Button>
      </Empty>
    );
  }
  const rows: WorkflowRows = {
    workflows: drawn,
    activity,
    account,
    sort: filter.sort,
    onSort,
    onChoose,
    onChooseAll,
    onWish,
  };
  return (
    <Box aria-busy={list.isPlaceholderData} css={look}>
      {list.error ? <Failure problem={list.error} onRetry={() => void list.refetch()} /> : null}
      <Selection value={selection}>
        {isNarrow ? <WorkflowCards {...rows} /> : <WorkflowTable {...rows} />}
      </Selection>
      {list.hasNextPage ? (
        <MoreButton isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      ) : (
        <Text mt={3} fontSize="xs" color="fg.muted">
          {countShown(workflows.length, isFiltered)}
        </Text>
      )}
      <InTurn room="0">
        <UnseenMenu />
      </InTurn>
      <SelectionBar
        chosen={shown}
        account={account}
        onBulk={onBulk}
        onClear={() => {
          onChosen(new Set());
        }}
      />
    </Box>
  );
}

function countShown(count: number, isFiltered: boolean): string {
  const said = count === 1 ? "1 workflow" : `${count.toLocaleString()} workflows`;
  if (!isFiltered) return said;
  return `${said} ${count === 1 ? "fits" : "fit"} the filters`;
}
