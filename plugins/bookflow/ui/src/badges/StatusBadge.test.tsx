import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import schema from "../api/schema.d.ts?raw";
import { renderPage } from "../testing/renderPage";
import { knownPalette } from "./palettes";
import { StatusBadge } from "./StatusBadge";

/** Fields that say how something stands, and the enums that others are named after. */
const FIELD = /^\s*(?:status|state|verdict|severity|kind)\??: (("[^"]+"(?: \| )?)+)/gm;
const ENUM = /^\s*(?:\w+Status|Verdict): (("[^"]+"(?: \| )?)+);/gm;

function words(pattern: RegExp): string[] {
  return [...schema.matchAll(pattern)].flatMap(([, union]) =>
    [...(union ?? "").matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? ""),
  );
}

/** Checks of a validation: "ok" is written out there, and has no badge. */
const WITHOUT_BADGE = new Set(["ok"]);
const VOCABULARY = [...new Set([...words(FIELD), ...words(ENUM)])].filter(
  (word) => !WITHOUT_BADGE.has(word),
);

it("reads the vocabulary from the API's description", () => {
  expect(VOCABULARY).toEqual(
    expect.arrayContaining([
      "pending",
      "delivered",
      "refused",
      "half_open",
      "critical",
      "degraded",
    ]),
  );
});

it.each(VOCABULARY)("has a color for %s", (word) => {
  expect(knownPalette(word)).toBeDefined();
});

it.each(["confirmed", "cancelled", "completed", "requested", "rejected", "no_show", "rescheduled"])(
  "has a color for a booking that is %s",
  (word) => {
    expect(knownPalette(word)).toBeDefined();
  },
);

it("writes words without underscores, and other words where they are given", () => {
  renderPage(
    <>
      <StatusBadge status="half_open" />
      <StatusBadge status="closed" label="works" />
      <StatusBadge status="never heard of" />
    </>,
  );
  expect(screen.getByText("half open")).toBeVisible();
  expect(screen.getByText("works")).toBeVisible();
  expect(screen.getByText("never heard of")).toBeVisible();
});
