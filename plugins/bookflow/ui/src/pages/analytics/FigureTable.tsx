import { Table } from "@chakra-ui/react";

import { PlainCell } from "../../tables/PlainCell";
import { formatNumber } from "./compareWords";
import type { Cell, Sheet } from "./sheet";

/** A table of figures; long ones scroll within themselves. */
export function FigureTable({ sheet, title }: { sheet: Sheet; title: string }) {
  return (
    // by the keyboard as well
    <Table.ScrollArea maxHeight="20rem" tabIndex={0} role="group" aria-label={title}>
      <Table.Root size="sm" stickyHeader aria-label={title}>
        <Table.Header>
          <Table.Row>
            {sheet.columns.map((name, index) => (
              <Table.ColumnHeader key={name} scope="col" textAlign={index ? "end" : "start"}>
                {name}
              </Table.ColumnHeader>
            ))}
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {sheet.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <PlainCell key={place} className={place ? "bf-number" : undefined}>
                  {show(cell)}
                </PlainCell>
              ))}
            </tr>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}

function show(cell: Cell): string {
  if (cell === null) return "–";
  return typeof cell === "number" ? formatNumber(cell) : cell;
}
