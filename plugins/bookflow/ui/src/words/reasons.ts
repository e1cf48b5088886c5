import { OPERATORS, showValue, wantedInWords } from "./conditions";

const INSTANT = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)`;

const SENTENCES: [RegExp, string][] = [
  [
    new RegExp(`^was due at (${INSTANT}), before the booking was as it is \\((${INSTANT})\\).*$`),
    "it was due at $1, but the booking was made or last changed only at $2, and this workflow " +
      "does not make up for reminders whose time is past (if_past: skip)",
  ],
  [
    new RegExp(`^it was due at (${INSTANT}) and worth sending until (${INSTANT}) \\(if_late:.*$`),
    "it was due at $1, and its turn came only after $2, when it was no longer worth sending",
  ],
  [
    /; the reminder for the new time is an execution of its own$/,
    "; the reminder for the new time is planned by itself",
  ],
  [
    /^gathered with others for the same recipient$/,
    "it is gathered with others for the same person, to be sent as one message",
  ],
];

const PREFIX = "conditions not met: ";
const CLAUSE = new RegExp(`^(\\w+) (${OPERATORS})(?: (.*))?, but it is (.*)$`, "s");
const NEXT_CLAUSE = new RegExp(`; (?=\\w+ (?:${OPERATORS})[ ,]|expression ")`);

/** Puts the reason that the API gives into plain words; one that it does not know stays. */
export function reasonInWords(reason: string): string {
  if (reason.startsWith(PREFIX)) {
    const clauses = reason.slice(PREFIX.length).split(NEXT_CLAUSE);
    return `its conditions are not met: ${clauses.map(clauseInWords).join("; ")}`;
  }
  return SENTENCES.reduce((text, [found, said]) => text.replace(found, said), reason);
}

const EXPRESSION = /^expression "(.*?)(?:"|…), but it is (.*)$/s;

function clauseInWords(clause: string): string {
  const [, formula, found] = EXPRESSION.exec(clause) ?? [];
  if (formula !== undefined) return `“${formula}” does not hold: ${readValue(found)}`;
  const [, field, operator, expected, actual] = CLAUSE.exec(clause) ?? [];
  if (!field || !operator) return clause;
  return `${field} is ${readValue(actual)}, wanted ${wantedInWords(operator, parse(expected))}`;
}

function readValue(text: string | undefined): string {
  return showValue(parse(text));
}

/** Values come as JSON, unless they were too long and were cut. */
function parse(text: string | undefined): unknown {
  if (text === undefined || text === "missing") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text.replace(/^"/, "");
  }
}

/** A piece of a sentence, or a time within it. */
export interface Piece {
  text: string;
  isTime: boolean;
}

/** Finds the times within a sentence, so that they can be shown in the reader's own zone. */
export function splitTimes(sentence: string): Piece[] {
  return sentence
    .split(new RegExp(`(${INSTANT})`))
    .map((text, place) => ({ text, isTime: place % 2 === 1 }))
    .filter(({ text }) => text !== "");
}

/** Begins a sentence with a capital, unless it begins with the name of a field or a quotation. */
export function capitalize(sentence: string): string {
  return /^[a-z]+ /.test(sentence)
    ? sentence.charAt(0).toUpperCase() + sentence.slice(1)
    : sentence;
}
