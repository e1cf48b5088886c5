import { useMemo, useSyncExternalStore } from "react";

import type { Palette } from "./chartOptions";

const VARIABLES: Record<Exclude<keyof Palette, "series" | "font">, string> = {
  text: "fg",
  muted: "fg-muted",
  line: "border",
  panel: "bg-panel",
  good: "green-solid",
  bad: "red-solid",
  off: "border-emphasized",
  rate: "blue-solid",
};
const SERIES = [
  "blue-solid",
  "orange-solid",
  "purple-solid",
  "teal-solid",
  "pink-solid",
  "yellow-solid",
];

function watchTheme(tell: () => void): () => void {
  const watcher = new MutationObserver(tell);
  watcher.observe(document.documentElement, { attributeFilter: ["class", "style"] });
  return () => {
    watcher.disconnect();
  };
}

const readTheme = () => document.documentElement.className;

/** The theme's colors for what is drawn without CSS; new ones when light turns to dark. */
export function usePalette(): Palette {
  const theme = useSyncExternalStore(watchTheme, readTheme);
  return useMemo(() => paletteOf(theme), [theme]);
}

let known: { theme: string; palette: Palette } | undefined;

/** All charts of a page have one palette: asking a canvas for each color of each would take long. */
function paletteOf(theme: string): Palette {
  if (known?.theme !== theme) known = { theme, palette: readPalette(theme) };
  return known.palette;
}

function readPalette(theme: string): Palette {
  const style = getComputedStyle(document.documentElement);
  const fallback = theme.includes("dark") ? "#bbbbbb" : "#555555";
  const color = (name: string) =>
    toRgb(style.getPropertyValue(`--chakra-colors-${name}`).trim()) ?? fallback;
  const single = Object.entries(VARIABLES).map(([key, name]) => [key, color(name)]);
  return {
    ...Object.fromEntries(single),
    font: getComputedStyle(document.body).fontFamily || "sans-serif",
    series: SERIES.map(color),
  } as Palette;
}

/** Charts reckon with colors, and know none of the newer notations such as oklch(). */
function toRgb(color: string): string | undefined {
  if (!color) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return color;
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${String(red)}, ${String(green)}, ${String(blue)}, ${(alpha / 255).toFixed(2)})`;
}
