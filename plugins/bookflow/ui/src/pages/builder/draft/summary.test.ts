import { describe, expect, it } from "vitest";

import { conditionsInWords } from "./conditionWords";
import { durationInWords, minutesOf } from "./durations";
import { summaryOf } from "./summary";

const MAIL = { name: "Mail", type: "send_email", recipient: "invitee" };

describe("the summary", () => {
  it.each([
    [
      { trigger: "booking_created", actions: [MAIL] },
      "When a booking is made: e-mail the invitee.",
    ],
    [
      { trigger: "before_meeting", delay_minutes: "24h", event_types: ["intro"], actions: [MAIL] },
      "1 day before the meeting starts, for intro: e-mail the invitee.",
    ],
    [
      {
        trigger: "after_meeting",
        delay_minutes: 90,
        event_types: ["a", "b", "c"],
        actions: [MAIL],
      },
      "1 hour 30 minutes after the meeting ends, for a, b and c: e-mail the invitee.",
    ],
    [
      { trigger: "booking_cancelled", delay_minutes: 15, actions: [MAIL] },
      "15 minutes after a booking is cancelled: e-mail the invitee.",
    ],
    [
      { trigger: "schedule", cron: "0 9 * * 1", timezone: "Europe/Berlin", actions: [MAIL] },
      "At the times of 0 9 * * 1 (Europe/Berlin): e-mail the invitee.",
    ],
    [
      { trigger: "deal_created", actions: [] },
      "When deal created happens: nothing happens yet, add an action.",
    ],
    [
      { trigger: "booking_created", is_active: false, actions: [MAIL] },
      "Switched off. When it is on: when a booking is made: e-mail the invitee.",
    ],
  ])("of %j", (spec, sentence) => {
    expect(summaryOf(spec)).toBe(sentence);
  });

  it("names order, conditions and each kind of action; inactive actions are left out", () => {
    const spec = {
      trigger: "booking_created",
      actions: [
        { ...MAIL, order: 1 },
        { type: "webhook", webhook_url: "https://crm.example.org/hooks?x=1", order: 1 },
        { type: "send_email", recipient: "both", order: 2, is_active: false },
        {
          type: "send_sms",
          recipient: "organizer",
          order: 3,
          conditions: [
            { rules: [{ field: "attendee_count", operator: "greater_than", value: 5 }] },
          ],
        },
        {
          type: "update_booking",
          order: 4,
          update_booking_fields: { status: "confirmed", custom_answers: { vip: "true" } },
        },
      ],
    };
    expect(summaryOf(spec)).toBe(
      "When a booking is made: e-mail the invitee, at the same time call crm.example.org; " +
        "then if attendee count is more than 5, text the organizer; " +
        "then set status to “confirmed” and the answers vip.",
    );
  });

  it("survives what is no workflow", () => {
    expect(summaryOf({ trigger: 5, actions: "none", event_types: 3 })).toMatch(/^When 5 happens/);
  });
});

describe("conditions", () => {
  const rule = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
  it.each([
    [[], ""],
    [undefined, ""],
    [[{ rules: [rule("has_phone", "equals", true)] }], "there is a phone"],
    [[{ rules: [rule("is_weekend", "equals", false)] }], "it is not weekend"],
    [[{ rules: [rule("invitee_name", "is_empty")] }], "invitee name is empty"],
    [
      [
        {
          operator: "OR",
          rules: [rule("custom_topic", "equals", "A"), rule("duration", "between", [5, 9])],
        },
      ],
      "answer topic is “A” or duration is between 5 and 9",
    ],
    [
      [
        { operator: "OR", rules: [rule("a", "equals", 1), rule("b", "equals", 2)] },
        { negate: true, rules: [rule("c", "in_list", ["x", "y"])] },
      ],
      "(a is 1 or b is 2) and not (c is one of “x”, “y”)",
    ],
    [[{ rules: [{ operator: "expression", value: "duration * 2 > 60" }] }], "duration * 2 > 60"],
  ])("%j", (conditions, words) => {
    expect(conditionsInWords(conditions)).toBe(words);
  });
});

describe("durations", () => {
  it.each([
    [15, 15],
    ["24h", 1_440],
    ["1h 30m", 90],
    ["soon", null],
    ["", null],
    [-1, null],
  ])("%j are %j minutes", (value, minutes) => {
    expect(minutesOf(value)).toBe(minutes);
  });
  it.each([
    [0, ""],
    [1, "1 minute"],
    [1_500, "1 day 1 hour"],
    [14_400, "10 days"],
    [20_160, "2 weeks"],
  ])("%j minutes are %j", (minutes, words) => {
    expect(durationInWords(minutes)).toBe(words);
  });
});
