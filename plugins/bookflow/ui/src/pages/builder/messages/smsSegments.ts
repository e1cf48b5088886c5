/** How many parts a text message is sent in, which is what it costs. */
export interface SegmentCount {
  encoding: "GSM-7" | "UCS-2";
  /** Septets, or UTF-16 units. */
  units: number;
  segments: number;
  /** How many units go into one part, when there are as many parts. */
  room: number;
}

// 3GPP TS 23.038 (GSM 03.38), the default alphabet and its extension table
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");

// 3GPP TS 23.040: what fits in one part alone, and in each of several, which carry a header
const SEVEN_BIT = { alone: 160, joined: 153 };
const SIXTEEN_BIT = { alone: 70, joined: 67 };

/** Counts the parts of a text; characters of two units are never torn apart. */
export function countSegments(text: string): SegmentCount {
  const letters = [...text];
  const foreign = foreignLetters(text);
  if (foreign.length) {
    return count(
      "UCS-2",
      letters.map((letter) => letter.length),
      SIXTEEN_BIT,
    );
  }
  return count(
    "GSM-7",
    letters.map((letter) => (EXTENSION.has(letter) ? 2 : 1)),
    SEVEN_BIT,
  );
}

/** The characters that the 7-bit alphabet lacks, each once: one of them halves the room. */
export function foreignLetters(text: string): string[] {
  return [...new Set(text)].filter((letter) => !BASIC.has(letter) && !EXTENSION.has(letter));
}

function count(
  encoding: SegmentCount["encoding"],
  widths: number[],
  { alone, joined }: typeof SEVEN_BIT,
): SegmentCount {
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= alone) return { encoding, units, segments: 1, room: alone };
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, units, segments, room: joined };
}
