import { expect, it } from "vitest";

import type { Health } from "../../api/schema";
import { tellOverall, tellParts } from "./componentWords";

const HEALTHY: Health = {
  status: "healthy",
  components: {
    database: { status: "healthy", latency_ms: 0.8 },
    specs: { status: "healthy", workflows: 17, invalid: [] },
  },
};
const DEGRADED: Health = {
  status: "degraded",
  components: {
    ...HEALTHY.components,
    endpoints: { status: "degraded", open: ["https://example.com"], disabled: [] },
    incidents: { status: "degraded", open: { failures: 2 }, critical: 1 },
  },
};

it("gives no advice where all is well", () => {
  expect(tellOverall(HEALTHY)).toBe("Everything works.");
  expect(tellParts(HEALTHY).map(({ advice }) => advice)).toEqual([undefined, undefined]);
});

it("names what needs a look, in trouble first, with what to do", () => {
  expect(tellOverall(DEGRADED)).toBe(
    "Messages go out, but something needs a look: endpoints and incidents.",
  );
  const [first, second] = tellParts(DEGRADED);
  expect(first).toMatchObject({ name: "Endpoints", tab: "endpoints" });
  expect(first?.says).toBe("Failing and called again later: https://example.com.");
  expect(second?.says).toBe("2 incidents are open, 1 of them critical.");
  expect(second?.advice).toBeTruthy();
});

it("says that messages may be missing, and repeats what the part says", () => {
  const health: Health = {
    status: "unhealthy",
    components: { ...DEGRADED.components, database: { status: "unhealthy", error: "it is away" } },
  };
  expect(tellOverall(health)).toBe("Messages may be late or missing: database.");
  expect(tellParts(health)[0]).toMatchObject({ name: "Database", says: "it is away" });
});

it("tells of parts it does not know", () => {
  const health: Health = {
    status: "unhealthy",
    components: { runtime: { status: "unhealthy", message: "no setting BOOKFLOW_DATABASE" } },
  };
  expect(tellParts(health)[0]).toMatchObject({
    name: "Runtime",
    says: "no setting BOOKFLOW_DATABASE",
  });
});
