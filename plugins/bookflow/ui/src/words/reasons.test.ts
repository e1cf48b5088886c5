import { expect, it } from "vitest";

import { capitalize, reasonInWords, splitTimes } from "./reasons";

it("says which value was found and which was wanted", () => {
  expect(
    reasonInWords("conditions not met: attendee_count greater_than_or_equal 5, but it is 3"),
  ).toBe("its conditions are not met: attendee_count is 3, wanted at least 5");
  expect(reasonInWords('conditions not met: cancellation_reason is_empty, but it is "ill"')).toBe(
    "its conditions are not met: cancellation_reason is “ill”, wanted no value",
  );
  expect(reasonInWords("conditions not met: invitee_phone is_not_empty, but it is missing")).toBe(
    "its conditions are not met: invitee_phone is missing, wanted a value",
  );
});

it("keeps several rules apart, and lists", () => {
  const said = reasonInWords(
    'conditions not met: invitee_domain in_list ["a.example", "b.example"], but it is "c"; ' +
      "duration less_than 30, but it is 45",
  );
  expect(said).toBe(
    "its conditions are not met: invitee_domain is “c”, wanted one of “a.example”, “b.example”; " +
      "duration is 45, wanted less than 30",
  );
});

it("gives the values that a formula was worked out with, cut short or not", () => {
  const found = 'but it is {"attendee_count": 1, "event_type_max_attendees": 2}';
  const values = "attendee_count is 1, event_type_max_attendees is 2";
  const prefix = "its conditions are not met: ";
  expect(reasonInWords(`conditions not met: expression "attendee_count > 4", ${found}`)).toBe(
    `${prefix}“attendee_count > 4” does not hold: ${values}`,
  );
  expect(
    reasonInWords(`conditions not met: expression "attendee_count > event_ty…, ${found}`),
  ).toBe(`${prefix}“attendee_count > event_ty” does not hold: ${values}`);
});

it("leaves what it does not know as it is", () => {
  const negated = 'what must not hold does: invitee_name equals "Ada"';
  expect(reasonInWords(`conditions not met: ${negated}`)).toBe(
    `its conditions are not met: ${negated}`,
  );
  expect(reasonInWords("the booking was cancelled")).toBe("the booking was cancelled");
  expect(reasonInWords('conditions not met: f equals "cut off…, but it is 1')).toContain(
    "wanted “cut off…”",
  );
});

it("explains reminders that were left out, late or moved", () => {
  const at = "2026-11-20T18:03:30+00:00";
  const since = "2026-11-21T18:01:12.303423+00:00";
  const leftOut = reasonInWords(
    `was due at ${at}, before the booking was as it is (${since}): left out by \`if_past: skip\``,
  );
  expect(leftOut).toContain(`it was due at ${at}, but the booking was made or last changed only`);
  expect(reasonInWords(`it was due at ${at} and worth sending until ${since} (if_late: 15m)`)).toBe(
    `it was due at ${at}, and its turn came only after ${since}, when it was no longer worth sending`,
  );
  expect(
    reasonInWords(
      `the meeting was moved to ${at}; the reminder for the new time is an execution of its own`,
    ),
  ).toBe(`the meeting was moved to ${at}; the reminder for the new time is planned by itself`);
});

it("finds the times within a sentence", () => {
  expect(splitTimes("put off until 2026-11-21T19:01:19.094152+00:00, then sent")).toEqual([
    { text: "put off until ", isTime: false },
    { text: "2026-11-21T19:01:19.094152+00:00", isTime: true },
    { text: ", then sent", isTime: false },
  ]);
  expect(splitTimes("held until 2026-11-22 08:00+01:00")[1]).toEqual({
    text: "2026-11-22 08:00+01:00",
    isTime: true,
  });
});

it("begins sentences with a capital, but not names of fields", () => {
  expect(capitalize("the booking was cancelled")).toBe("The booking was cancelled");
  expect(capitalize("attendee_count is 3")).toBe("attendee_count is 3");
});
