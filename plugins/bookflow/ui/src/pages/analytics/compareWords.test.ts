import { describe, expect, it } from "vitest";

import { compareCounts, compareRates, compareTimes } from "./compareWords";

describe("counts", () => {
  it("say how many more, with the share and a sign", () => {
    expect(compareCounts(120, 100, "neither")).toEqual({
      text: "20 more than in the period before (+20 %)",
      sign: "▲",
      verdict: "plain",
    });
  });

  it("call fewer failures better, and more of them worse", () => {
    expect(compareCounts(3, 6, "less")).toMatchObject({
      text: "3 fewer than in the period before (−50 %)",
      verdict: "better",
    });
    expect(compareCounts(6, 3, "less").verdict).toBe("worse");
  });

  it("give no share of nothing", () => {
    expect(compareCounts(2, 0, "less").text).toBe("2 more than in the period before");
  });

  it("say that nothing changed", () => {
    expect(compareCounts(0, 0, "less")).toMatchObject({ sign: "=", verdict: "same" });
  });
});

describe("rates", () => {
  it("differ in points and name the other", () => {
    expect(compareRates(96.5, 98)).toEqual({
      text: "worse by 1.5 points: 98 % in the period before",
      sign: "▼",
      verdict: "worse",
    });
  });

  it("have nothing to compare with where nothing ended", () => {
    expect(compareRates(98, null)).toBeUndefined();
  });
});

it("calls shorter times faster", () => {
  expect(compareTimes(800, 1000)).toEqual({
    text: "20 % faster than in the period before",
    sign: "▼",
    verdict: "better",
  });
  expect(compareTimes(1500, 1000)?.text).toBe("50 % slower than in the period before");
  expect(compareTimes(1001, 1000)?.verdict).toBe("same");
});
