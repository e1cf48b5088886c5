/** A value of a table; null where there is none. */
export type Cell = string | number | null;

/** A table of figures, to be shown or saved. */
export interface Sheet {
  /** Of the file, without ending. */
  name: string;
  columns: string[];
  rows: Cell[][];
}

/** Makes a CSV file (RFC 4180) that spreadsheets open without running anything in it. */
export function toCsv({ columns, rows }: Pick<Sheet, "columns" | "rows">): string {
  return [columns, ...rows].map((row) => row.map(toField).join(",")).join("\r\n") + "\r\n";
}

function toField(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // a text that begins like a formula would be one
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Has the browser save a table as a file. */
export function saveSheet(sheet: Sheet): void {
  // with the mark, spreadsheets read UTF-8
  const file = new Blob(["\uFEFF", toCsv(sheet)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${sheet.name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
