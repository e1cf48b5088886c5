import type { ContextFields } from "../../../api/schema";
import type { Choice } from "../conditions/Chooser";
import { exampleOf, groupOf, sayField } from "../conditions/fieldWords";

// each is an example of docs/templates.md, for fields that there always are
const SHAPED: [label: string, code: string, example: string][] = [
  ["start: date", "{{ start_time | date }}", "March 30, 2026"],
  ["start: time", "{{ start_time | time }}", "10:00 AM"],
  ["start: weekday, date and time", "{{ start_time | datetime('full') }}", "Monday, March 30 …"],
  ["start: time for the organizer", "{{ start_time | time(tz='organizer') }}", "4:00 AM"],
  ["start: time in a zone", "{{ start_time | time(tz='Asia/Kolkata') }}", "1:30 PM"],
  ["start: weekday", "{{ start_time | weekday }}", "Monday"],
  ["start: name of the time zone", "{{ start_time | timezone_name }}", "Central European Time"],
  ["start: date in German", "{{ start_time | date('full', locale='de') }}", "Montag, 30. März"],
  ["length in words", "{{ duration | duration }}", "1 hour 30 minutes"],
  ["phone number, spaced", "{{ invitee_phone | phone }}", "+49 30 901820"],
];
const PARTS: [label: string, code: string, detail: string][] = [
  [
    "text only where there is a meeting link",
    "{% if has_meeting_link %}Join: {{ meeting_link }}{% endif %}",
    "Left out where there is none.",
  ],
  [
    "something else where a field is empty",
    "{{ meeting_link | default('link follows') }}",
    "Says so instead.",
  ],
];

/** All that can be put into a message: fields, fields in a shape for people, and parts. */
export function listInsertions({ fields }: ContextFields): Choice[] {
  const plain = fields.map(({ name, description, ...rest }): Choice => ({
    value: `{{ ${name} }}`,
    label: sayField(name),
    code: name,
    detail: description,
    example: exampleOf({ name, description, ...rest }),
    group: groupOf(name),
  }));
  const groups = [...new Set(plain.map(({ group }) => group))];
  return [
    ...SHAPED.map(([label, code, example]): Choice => ({
      value: code,
      label,
      code,
      detail: "In the zone and language of whoever reads it, unless it names another.",
      example,
      group: "Dates, times and numbers for people",
    })),
    ...groups.flatMap((name) => plain.filter(({ group }) => group === name)),
    ...PARTS.map(([label, code, detail]): Choice => ({
      value: code,
      label,
      code,
      detail,
      group: "Parts",
    })),
  ];
}

/** Offers an answer to a question, which no list names. */
export function insertAnswer({ open_prefixes }: ContextFields, text: string): Choice | undefined {
  const [prefix] = open_prefixes;
  const key = text.replace(new RegExp(`^${prefix ?? ""}`), "").trim();
  if (prefix === undefined || !/^\w[\w ]*$/.test(key)) return undefined;
  const name = prefix + key.replaceAll(/\s+/g, "_");
  return {
    value: `{{ ${name} }}`,
    label: sayField(name),
    code: name,
    detail: "The answer to a question of your booking form.",
    group: "Answers to questions",
  };
}
