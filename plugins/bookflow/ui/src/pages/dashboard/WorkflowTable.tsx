import { Button, Table } from "@chakra-ui/react";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type CSSProperties, memo } from "react";

import { mayChange, mayStart } from "../../api/workflows";
import { turnSort } from "./dashboardView";
import type { WorkflowRows } from "./WorkflowList";
import { SelectAllBox } from "./SelectionBox";
import { WorkflowRow } from "./WorkflowRow";

const COLUMNS = [
  { name: "Workflow", sort: "name", width: "minmax(12rem, 2.4fr)" },
  { name: "Trigger", sort: "trigger", width: "minmax(11rem, 2.4fr)" },
  { name: "State", sort: "state", width: "minmax(6rem, 1fr)" },
  { name: "Success rate", sort: "success_rate", width: "9rem" },
  { name: "Last execution", sort: "last_executed_at", width: "9rem" },
];
const WIDTHS = COLUMNS.map(({ width }) => width).join(" ");

/** Columns are as wide with three rows as with a thousand: the browser need not measure them. */
function columnsOf(hasActivity: boolean): CSSProperties {
  const columns = `2.5rem ${WIDTHS} ${hasActivity ? "7rem " : ""}9rem`;
  return { "--bf-columns": columns, minWidth: "62rem" } as CSSProperties;
}

/** Workflows as rows; the heads of columns sort. Drawn anew only where something changed. */
export const WorkflowTable = memo(function WorkflowTable(rows: WorkflowRows) {
  const { workflows, activity, account, sort, onSort, onChoose, onChooseAll, onWish } = rows;
  return (
    <Table.ScrollArea>
      <Table.Root
        size="sm"
        role="table"
        aria-label="Workflows"
        className="bf-grid"
        style={columnsOf(Boolean(activity))}
      >
        <Table.Header role="rowgroup">
          <Table.Row role="row">
            <Table.ColumnHeader role="columnheader">
              <SelectAllBox workflows={workflows} onChooseAll={onChooseAll} />
            </Table.ColumnHeader>
            {COLUMNS.map((column) => (
              <SortedHead
                key={column.name}
                name={column.name}
                sort={column.sort}
                now={sort}
                onSort={onSort}
              />
            ))}
            {activity ? <Table.ColumnHeader role="columnheader">14 days</Table.ColumnHeader> : null}
            <Table.ColumnHeader role="columnheader" textAlign="end">
              Actions
            </Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body role="rowgroup">
          {workflows.map((workflow) => (
            <WorkflowRow
              key={workflow.path}
              workflow={workflow}
              mayEdit={mayChange(account, workflow)}
              mayRun={mayStart(account, workflow)}
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
  sort: string;
  now: string;
  onSort: (sort: string) => void;
}

function SortedHead({ name, sort, now, onSort }: HeadProps) {
  const isUp = now === sort;
  const isDown = now === `-${sort}`;
  return (
    <Table.ColumnHeader
      role="columnheader"
      aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}
    >
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
