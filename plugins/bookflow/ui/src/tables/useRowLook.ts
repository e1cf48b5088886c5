import { type SystemStyleObject, useRecipe, useSlotRecipe } from "@chakra-ui/react";
import { useMemo } from "react";

/**
 * How plain elements within a list look, said once at its root.
 *
 * A Chakra component for each cell, link and icon costs more than all that stands in it: with them
 * a few hundred rows block the page. So rows are made of plain elements, which have these classes.
 */
export function useRowLook(): SystemStyleObject {
  const table = useSlotRecipe({ key: "table" });
  const link = useRecipe({ key: "link" });
  const button = useRecipe({ key: "button" });
  return useMemo(() => {
    const { row, cell } = table({ size: "sm" });
    return {
      "& tbody tr": row,
      "& tbody td": cell,
      ...GRID,
      // in a line of text, so that long ids break instead of running over the next cell
      "& .bf-link": { ...link({}), display: "inline", overflowWrap: "anywhere" },
      "& .bf-underlined": { ...link({ variant: "underline" }), display: "inline" },
      "& .bf-small-link": { ...link({}), fontSize: "sm" },
      "& .bf-icon-button": {
        ...button({ size: "xs", variant: "ghost" }),
        px: "0",
        py: "0",
        "& svg": { fontSize: "1.2em", width: "4", height: "4" },
      },
      "& .bf-stack": { display: "flex", flexDirection: "column", minWidth: "0" },
      "& .bf-line": { display: "flex", alignItems: "center", gap: "3", flexWrap: "wrap" },
      "& .bf-piece": {
        display: "inline-flex",
        alignItems: "center",
        gap: "1",
        whiteSpace: "nowrap",
      },
      "& .bf-end": { justifyContent: "end", flexWrap: "nowrap" },
      "& .bf-number": { textAlign: "end", whiteSpace: "nowrap" },
      "& .bf-high": { verticalAlign: "top" },
      "& .bf-list": { listStyle: "disc", ps: "4" },
      "& .bf-strong": { fontWeight: "medium" },
      "& .bf-small": { fontSize: "xs" },
      "& .bf-mono": { fontFamily: "mono" },
      "& .bf-muted": { color: "fg.muted" },
      "& .bf-good": { color: "fg.success" },
      "& .bf-bad": { color: "red.fg" },
      "& .bf-wrap": { overflowWrap: "anywhere" },
      "& .bf-keep": { whiteSpace: "nowrap" },
      "& .bf-two-lines": { lineClamp: 2 },
      "& .bf-three-lines": { lineClamp: 3 },
      "& .bf-tick": TICK,
      "& .bf-bars": BARS,
      ...SHARE,
    };
  }, [table, link, button]);
}

// rows off the screen cost nothing, which cells of a real table can't do: each asks for all others
const GRID: SystemStyleObject = {
  "& .bf-grid, & .bf-grid thead, & .bf-grid tbody": { display: "block" },
  "& .bf-grid tr": {
    display: "grid",
    gridTemplateColumns: "var(--bf-columns)",
    alignItems: "center",
    borderBottomWidth: "1px",
  },
  "& .bf-grid th, & .bf-grid td": { display: "block", minWidth: "0", borderWidth: "0" },
  "& .bf-grid tbody tr": { contentVisibility: "auto", containIntrinsicSize: "auto 3.5rem" },
};

const TICK: SystemStyleObject = {
  display: "inline-flex",
  p: "1",
  m: "-1",
  cursor: "pointer",
  "& input": {
    width: "4",
    height: "4",
    cursor: "pointer",
    accentColor: "colorPalette.solid",
    _focusVisible: { outline: "2px solid", outlineColor: "fg", outlineOffset: "2px" },
  },
};

const SHARE: SystemStyleObject = {
  "& .bf-share": {
    bg: "bg.muted",
    borderRadius: "sm",
    height: "0.4rem",
    width: "6rem",
    maxWidth: "full",
    "& div": { bg: "border.emphasized", borderRadius: "sm", height: "full" },
  },
  "& .bf-share .bf-share-bad": { bg: "red.solid" },
};

const BARS: SystemStyleObject = {
  display: "block",
  flexShrink: "0",
  "& path": { fill: "border" },
  "& .bf-done": { fill: "green.solid" },
  "& .bf-failed": { fill: "red.solid" },
};
