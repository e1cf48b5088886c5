import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";

const token = (name: string) => `var(--chakra-colors-${name})`;

/** CodeMirror's own colors in Airflow's, which follow light and dark. */
const COLORS: Record<string, string> = {
  "#00c": token("blue-fg"),
  "#219": token("purple-fg"),
  "#708": token("purple-fg"),
  "#164": token("teal-fg"),
  "#a11": token("green-fg"),
  "#e40": token("orange-fg"),
  "#940": token("fg-muted"),
  "#f00": token("red-fg"),
  "#404740": token("fg-muted"),
};
const style = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) => {
    const color = typeof spec.color === "string" ? spec.color : "";
    return color ? { ...spec, color: COLORS[color] ?? token("fg") } : spec;
  }),
);

/** The look of the YAML editor. */
export const yamlTheme = [
  syntaxHighlighting(style),
  EditorView.theme({
    "&": { height: "100%", fontSize: "13px", backgroundColor: token("bg"), color: token("fg") },
    ".cm-scroller": { fontFamily: "var(--chakra-fonts-mono, monospace)", lineHeight: "1.5" },
    ".cm-gutters": {
      backgroundColor: token("bg-subtle"),
      color: token("fg-muted"),
      borderRight: `1px solid ${token("border")}`,
    },
    ".cm-content": { caretColor: token("fg") },
    ".cm-cursor": { borderLeftColor: token("fg") },
    "&.cm-focused": { outline: `2px solid ${token("blue-focus-ring")}`, outlineOffset: "-2px" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: token("bg-muted") },
    "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
      backgroundColor: `${token("blue-muted")} !important`,
    },
    ".cm-tooltip": {
      backgroundColor: token("bg-panel"),
      color: token("fg"),
      border: `1px solid ${token("border")}`,
      maxWidth: "32rem",
    },
  }),
];
