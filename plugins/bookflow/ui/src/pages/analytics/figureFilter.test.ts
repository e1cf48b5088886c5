import { expect, it } from "vitest";

import { toFilter } from "./figureFilter";

const filterOf = (query: string) => toFilter(new URLSearchParams(query));

it("asks for 30 days by default", () => {
  expect(filterOf("zone=UTC")).toMatchObject({ period: "30d", timezone: "UTC" });
});

it("asks for a day by the hour", () => {
  expect(filterOf("period=24h")).toMatchObject({ period: "24h", unit: "hour" });
});

it("counts the whole of the last day", () => {
  const filter = filterOf("period=custom&from=2026-02-01&to=2026-02-28");
  expect(filter).toMatchObject({ since: "2026-02-01", until: "2026-03-01" });
  expect(filter.period).toBeUndefined();
});

it.each([
  "period=custom&from=2026-02-01",
  "period=custom&from=2026-02-02&to=2026-02-01",
  "period=x",
])("asks for 30 days where %s can't be meant", (query) => {
  expect(filterOf(query)).toMatchObject({ period: "30d" });
});

it("keeps workflow and trigger, and leaves out an unknown zone", () => {
  const filter = filterOf("workflow=welcome&trigger=before_meeting&zone=Nowhere/Here");
  expect(filter).toMatchObject({ workflow: "welcome", trigger: "before_meeting" });
  expect(filter.timezone).not.toBe("Nowhere/Here");
});
