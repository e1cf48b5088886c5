import { expect, it } from "vitest";

import type { UpcomingItem } from "../../api/schema";
import { groupByDay } from "./days";
import { readUpcomingFilter } from "./upcomingQuery";

const item = (due_at: string) => ({ due_at }) as UpcomingItem;
const NOW = Date.parse("2026-03-28T22:30:00Z");

it("groups by the days of the viewer", () => {
  const days = groupByDay(
    [item("2026-03-28T20:00:00Z"), item("2026-03-28T22:45:00Z"), item("2026-03-28T23:15:00Z")],
    NOW,
    "Europe/Berlin",
  );
  expect(days.map(({ date, items }) => [date, items.length])).toEqual([
    ["2026-03-28", 2],
    ["2026-03-29", 1],
  ]);
  expect(days[0]?.name).toMatch(/^Today, /);
  expect(days[1]?.name).toMatch(/^Tomorrow, /);
});

it("knows tomorrow where a day has 23 hours", () => {
  const [day] = groupByDay(
    [item("2026-03-30T08:00:00Z")],
    Date.parse("2026-03-29T00:30:00Z"),
    "Europe/Berlin",
  );
  expect(day?.name).toMatch(/^Tomorrow/);
});

it("reads its filters from the address, and takes the usual for what it does not know", () => {
  const read = (query: string) => readUpcomingFilter(new URLSearchParams(query), NOW);
  expect(read("workflow=remind&days=1")).toEqual({
    workflow: "remind",
    booking: undefined,
    until: "2026-03-29T22:29:00.000Z",
    limit: 100,
  });
  expect(read("days=9999&limit=100000")).toMatchObject({
    until: "2026-04-04T22:29:00.000Z",
    limit: 100,
  });
});
