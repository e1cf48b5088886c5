import { expect, it } from "vitest";

import { changeFilter, isFiltered, readFilter, readStatuses } from "./filterQuery";

const NOW = Date.UTC(2026, 2, 8, 12);
const read = (query: string) => readFilter(new URLSearchParams(query), NOW);

it("reads every filter from the address", () => {
  expect(
    read(
      "workflow=welcome&booking=bk-1&status=failed,cancelled&trigger=manual&failures=true" +
        "&cause=smtp-550&since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z&sort=due_at",
    ),
  ).toEqual({
    workflow: "welcome",
    booking: "bk-1",
    status: "failed,cancelled",
    trigger: "manual",
    failures: true,
    cause: "smtp-550",
    since: "2026-03-01T00:00:00.000Z",
    until: "2026-03-02T00:00:00.000Z",
    sort: "due_at",
  });
});

it("counts a span back from now, whatever else the address says", () => {
  expect(read("span=24h&since=2020-01-01T00:00:00Z")).toEqual({
    since: "2026-03-07T12:00:00.000Z",
  });
});

it("leaves out what can not be meant", () => {
  expect(read("status=lost&since=yesterday&sort=name&failures=maybe&run_id=alone")).toEqual({});
});

it("changes some keys and leaves those of Airflow", () => {
  const changed = changeFilter(new URLSearchParams("state=x&workflow=a&status=failed"), {
    workflow: undefined,
    status: "pending",
  });
  expect(changed.toString()).toBe("state=x&status=pending");
  expect(isFiltered(new URLSearchParams("state=x"))).toBe(false);
  expect(readStatuses(changed)).toEqual(["pending"]);
});
