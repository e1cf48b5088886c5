import { type SystemStyleObject, Table } from "@chakra-ui/react";
import { type CSSProperties, type Ref, useMemo } from "react";

import type { ExecutionSummary } from "../../api/schema";
import { type Column, ExecutionRow } from "./ExecutionRow";
import { timeOfOrder } from "./filterQuery";
import { useGradually } from "../../tables/useGradually";
import { useRowLook } from "../../tables/useRowLook";
import { NARROW } from "../../tables/narrow";

interface Props {
  executions: ExecutionSummary[];
  hidden: readonly Column[];
  sort: string;
  /** What is shown is that of an earlier filter. */
  isOutdated: boolean;
  ref: Ref<HTMLTableSectionElement>;
}

/** The rows as cards, where the table has too little room for its columns. */
const CARDS: SystemStyleObject = {
  "& .bf-info": { color: "fg.info" },
  "& .bf-label": { display: "none" },
  "& .bf-top tbody tr": { alignItems: "start" },
  // a scroll area keeps lines whole, and long ids would run over the next cell
  "& .bf-top td": { overflowWrap: "anywhere", whiteSpace: "normal" },
  [NARROW]: {
    "& .bf-top": { minWidth: "0 !important" },
    "& .bf-top thead": { display: "none" },
    "& .bf-top tbody tr": { display: "block", py: "3" },
    "& .bf-top td": { display: "block", borderWidth: "0", py: "0.5", px: "1" },
    "& .bf-top td.bf-labelled": { display: "grid", gridTemplateColumns: "6rem minmax(0, 1fr)" },
    "& .bf-top .bf-label": { display: "block" },
  },
};

const WIDTHS: Record<string, string> = {
  Status: "minmax(9rem, 2fr)",
  Workflow: "minmax(9rem, 1.6fr)",
  Booking: "minmax(8rem, 1.4fr)",
  Trigger: "minmax(9rem, 1.4fr)",
  Actions: "minmax(12rem, 1.6fr)",
};

function columnsOf(names: string[]): CSSProperties {
  const columns = [...names.map((name) => WIDTHS[name] ?? "1fr"), "8rem"].join(" ");
  return { "--bf-columns": columns, minWidth: "44rem" } as CSSProperties;
}

const OUTDATED = { opacity: 0.6 };
const TIMES = { created_at: "Made", due_at: "Due", completed_at: "Ended" };

/** The table of executions itself. */
export function ExecutionGrid({ executions, hidden, sort, isOutdated, ref }: Props) {
  const time = timeOfOrder(sort);
  const rows = useRowLook();
  const look = useMemo(() => ({ ...rows, ...CARDS }), [rows]);
  const drawn = useGradually(executions);
  const columns = [
    "Status",
    ...(hidden.includes("workflow") ? [] : ["Workflow"]),
    ...(hidden.includes("booking") ? [] : ["Booking"]),
    "Trigger",
    "Actions",
  ];
  return (
    <Table.ScrollArea css={look} style={isOutdated ? OUTDATED : undefined}>
      <Table.Root
        size="sm"
        role="table"
        aria-label="Executions"
        aria-busy={isOutdated}
        className="bf-grid bf-top"
        style={columnsOf(columns)}
      >
        <Table.Header role="rowgroup">
          <Table.Row role="row">
            {columns.map((name) => (
              <Table.ColumnHeader key={name} role="columnheader">
                {name}
              </Table.ColumnHeader>
            ))}
            <Table.ColumnHeader
              role="columnheader"
              aria-sort={sort.startsWith("-") ? "descending" : "ascending"}
            >
              {TIMES[time]}
            </Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body ref={ref} role="rowgroup">
          {drawn.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} hidden={hidden} time={time} />
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}
