import { expect, it } from "vitest";

import { countSegments, foreignLetters } from "./smsSegments";

it.each([
  ["", "GSM-7", 0, 1],
  ["a".repeat(160), "GSM-7", 160, 1],
  ["a".repeat(161), "GSM-7", 161, 2],
  ["a".repeat(306), "GSM-7", 306, 2],
  ["a".repeat(307), "GSM-7", 307, 3],
  ["See you at 5 €", "GSM-7", 15, 1],
  ["€".repeat(80), "GSM-7", 160, 1],
  // an escaped character is not torn apart: 152 and one of two make a second part
  [`${"a".repeat(152)}€${"a".repeat(152)}`, "GSM-7", 306, 3],
  ["äöüßÄÖÜñ¿", "GSM-7", 9, 1],
  ["ж".repeat(70), "UCS-2", 70, 1],
  ["ж".repeat(71), "UCS-2", 71, 2],
  ["😀".repeat(35), "UCS-2", 70, 1],
  ["😀".repeat(36), "UCS-2", 72, 2],
  // 66 and one of two do not fit 67
  [`${"a".repeat(66)}😀${"a".repeat(66)}`, "UCS-2", 134, 3],
  ["it’s", "UCS-2", 4, 1],
  ["line\nline", "GSM-7", 9, 1],
  ["tab\t", "UCS-2", 4, 1],
])("counts %j as %s of %i units in %i", (text, encoding, units, segments) => {
  expect(countSegments(text)).toMatchObject({ encoding, units, segments });
});

it("names what makes a text twice as long", () => {
  expect(foreignLetters("it’s a “test” it’s")).toEqual(["’", "“", "”"]);
});
