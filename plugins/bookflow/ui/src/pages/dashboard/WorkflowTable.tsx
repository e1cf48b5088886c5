import { Button, Table } from "@chakra-ui/react";
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";

import { mayChange } from "../../api/workflows";
import { turnSort } from "./dashboardView";
import type { WorkflowRows } from "./WorkflowList";
import { SelectAllBox } from "./SelectionBox";
import { WorkflowRow } from "./WorkflowRow";

const COLUMNS: { name: string; sort?: string }[] = [
  { name: "Workflow", sort: "name" },
  { name: "Trigger", sort: "trigger" },
  { name: "State", sort: "state" },
  { name: "Success rate", sort: "success_rate" },
  { name: "Last execution", sort: "last_executed_at" },
];

/** Workflows as rows; the heads of columns sort. Drawn anew only where something changed. */
export const WorkflowTable = memo(function WorkflowTable(rows: WorkflowRows) {
  const { workflows, activity, account, sort, onSort, onChoose, onChooseAll, onWish } = rows;
  return (
    <Table.ScrollArea>
      <Table.Root size="sm" aria-label="Workflows">
        <Table.Header>
          <Table.Row>
            <Table.ColumnHeader width={8}>
              <SelectAllBox workflows={workflows} onChooseAll={onChooseAll} />
            </Table.ColumnHeader>
            {COLUMNS.map((column) => (
              <SortedHead key={column.name} {...column} now={sort} onSort={onSort} />
            ))}
            {activity ? <Table.ColumnHeader>14 days</Table.ColumnHeader> : null}
            <Table.ColumnHeader textAlign="end">Actions</Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {workflows.map((workflow) => (
            <WorkflowRow
              key={workflow.path}
              workflow={workflow}
              mayEdit={mayChange(account, workflow)}
              mayMake={account.may_edit}
              onWish={onWish}
              activity={activity?.[workflow.id]}
              hasActivity={Boolean(activity)}
              onChoose={onChoose}
            />
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
});

interface HeadProps {
  name: string;
  sort?: string;
  now: string;
  onSort: (sort: string) => void;
}

function SortedHead({ name, sort, now, onSort }: HeadProps) {
  if (!sort) return <Table.ColumnHeader>{name}</Table.ColumnHeader>;
  const isUp = now === sort;
  const isDown = now === `-${sort}`;
  return (
    <Table.ColumnHeader aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}>
      <Button
        size="xs"
        variant="ghost"
        mx={-2}
        px={2}
        fontSize="sm"
        fontWeight="inherit"
        onClick={() => {
          onSort(turnSort(now, sort));
        }}
      >
        {name}
        {isUp ? <ArrowUp aria-hidden /> : null}
        {isDown ? <ArrowDown aria-hidden /> : null}
      </Button>
    </Table.ColumnHeader>
  );
}
