import type { ComponentProps } from "react";

// a row that is laid out as a grid takes from its cells what they are
const CELL = { role: "cell" };

/** A cell of a row of plain elements. */
export function PlainCell(props: ComponentProps<"td">) {
  return <td {...CELL} {...props} />;
}
