import { Table } from "@chakra-ui/react";
import type { Ref } from "react";

import type { ExecutionSummary } from "../../api/schema";
import { type Column, ExecutionRow } from "./ExecutionRow";
import { timeOfOrder } from "./filterQuery";
import { NARROW } from "./tableLook";

interface Props {
  executions: ExecutionSummary[];
  hidden: readonly Column[];
  sort: string;
  /** What is shown is that of an earlier filter. */
  isOutdated: boolean;
  ref: Ref<HTMLTableSectionElement>;
}

const TIMES = { created_at: "Made", due_at: "Due", completed_at: "Ended" };

/** The table of executions itself. */
export function ExecutionGrid({ executions, hidden, sort, isOutdated, ref }: Props) {
  const time = timeOfOrder(sort);
  const columns = [
    "Status",
    ...(hidden.includes("workflow") ? [] : ["Workflow"]),
    ...(hidden.includes("booking") ? [] : ["Booking"]),
    "Trigger",
    "Actions",
  ];
  return (
    <Table.ScrollArea opacity={isOutdated ? 0.6 : 1}>
      <Table.Root
        size="sm"
        role="table"
        aria-label="Executions"
        aria-busy={isOutdated}
        css={{ [NARROW]: { display: "block" } }}
      >
        <Table.Header css={{ [NARROW]: { display: "none" } }}>
          <Table.Row>
            {columns.map((name) => (
              <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
            ))}
            <Table.ColumnHeader aria-sort={sort.startsWith("-") ? "descending" : "ascending"}>
              {TIMES[time]}
            </Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body ref={ref} css={{ [NARROW]: { display: "block" } }}>
          {executions.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} hidden={hidden} time={time} />
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}
