import { expect, it } from "vitest";

import { mayChange } from "../../api/workflows";
import { describeTrial } from "./BulkTestDialog";
import { readView, turnSort } from "./dashboardView";
import { compareRates } from "./OverallFigures";
import { EDITOR, VIEWER } from "./sampleWorkflow";
import { describeActivity } from "./Sparkline";
import { formatRate } from "../../words/rates";
import { nameTrigger, spellActions, spellMinutes, spellTrigger } from "../../words/triggers";

it.each([
  ["booking_created", 0, "When a booking is made"],
  ["booking_created", 15, "15 minutes after a booking is made"],
  ["before_meeting", 1440, "1 day before the meeting"],
  ["before_meeting", 0, "When the meeting begins"],
  ["after_meeting", 90, "1 hour 30 minutes after the meeting"],
  ["schedule", 0, "At fixed times"],
  ["deal_created", 0, "deal created"],
  [null, null, "Not known"],
])("says when %s with %s minutes runs", (trigger, delay_minutes, said) => {
  expect(spellTrigger({ trigger, delay_minutes })).toBe(said);
});

it("says minutes as people do", () => {
  expect(spellMinutes(2 * 1440 + 60)).toBe("2 days 1 hour");
  expect(spellMinutes(0)).toBe("0 minutes");
});

it("names triggers without their delay", () => {
  expect(nameTrigger("before_meeting")).toBe("Before the meeting");
  expect(nameTrigger("booking_no_show")).toBe("When the invitee did not show up");
});

it("sums actions up by what they do", () => {
  expect(spellActions(["send_email", "send_sms", "send_email"])).toBe("2 × E-mail · SMS");
});

it("never rounds a failure away", () => {
  expect(formatRate(99.99)).toBe("99.9 %");
  expect(formatRate(100)).toBe("100 %");
});

it("says of bars what they show", () => {
  expect(describeActivity({ completed: [3, 1], failed: [0, 2] })).toBe(
    "4 completed, 2 failed in the last 2 days; today 1 and 2",
  );
  expect(describeActivity({ completed: [0, 0], failed: [0, 0] })).toBe(
    "Nothing in the last 2 days",
  );
});

it("compares with the week before in words", () => {
  expect(compareRates(98, 96.5)).toBe("1.5 points more than the week before");
  expect(compareRates(90, 96)).toBe("6 points less than the week before");
  expect(compareRates(90, 90.04)).toBe("As the week before");
  expect(compareRates(90, null)).toBe("None the week before");
});

it("takes only filters and orders that the API knows", () => {
  const view = readView(new URLSearchParams("search=hi&sort=-state&color=red"));
  expect(view).toEqual({ sort: "-state", search: "hi" });
  expect(readView(new URLSearchParams("sort=nonsense")).sort).toBe("name");
});

it("turns an order round when asked again", () => {
  expect(turnSort("name", "state")).toBe("state");
  expect(turnSort("state", "state")).toBe("-state");
  expect(turnSort("-state", "state")).toBe("state");
});

it("lets people change what is theirs alone, where they are limited to that", () => {
  const limited = { ...EDITOR, own_names: ["olive@example.org"] };
  expect(mayChange(limited, { organizer: "Olive@example.org" })).toBe(true);
  expect(mayChange(limited, { organizer: "ana@example.org" })).toBe(false);
  expect(mayChange(limited, { organizer: null })).toBe(false);
  expect(mayChange(EDITOR, { organizer: null })).toBe(true);
  expect(mayChange(VIEWER, { organizer: "olive@example.org" })).toBe(false);
});

it("tells what a trial would do, and what is wrong with it", () => {
  const trial = {
    workflow_id: "welcome",
    name: "Welcome",
    outcome: "failed" as const,
    reason: null,
    due_at: null,
    duration_ms: 3,
    totals: { would_run: 1, waits: 0, skipped: 0, invalid: 1, messages: 1 },
    actions: [{ name: "Text", type: "send_sms", status: "invalid" as const, reason: "no number" }],
  };
  expect(describeTrial(trial)).toBe("Text: no number. 1 would run, 1 with errors; 1 message");
});
