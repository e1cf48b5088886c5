import type { WorkflowSummary } from "../api/schema";

const EVENTS: Record<string, string> = {
  booking_created: "a booking is made",
  booking_requested: "a booking is asked for",
  booking_confirmed: "a booking is confirmed",
  booking_rejected: "a booking is rejected",
  booking_rescheduled: "a booking is moved",
  booking_cancelled: "a booking is cancelled",
  booking_completed: "a meeting took place",
  booking_no_show: "the invitee did not show up",
};

const WITHOUT_EVENT: Record<string, string> = {
  manual: "When somebody starts it",
  schedule: "At fixed times",
};

const UNITS: [string, number][] = [
  ["day", 1440],
  ["hour", 60],
  ["minute", 1],
];

/** Minutes as people say them: "1 day", "90 minutes", "2 hours 30 minutes". */
export function spellMinutes(minutes: number): string {
  const parts: string[] = [];
  let rest = minutes;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${String(count)} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ") || "0 minutes";
}

/** When a workflow runs: "1 day before the meeting", "When a booking is made". */
export function spellTrigger({
  trigger,
  delay_minutes,
}: Pick<WorkflowSummary, "trigger" | "delay_minutes">): string {
  const delay = delay_minutes ?? 0;
  if (trigger === null) return "Not known";
  if (trigger === "before_meeting") {
    return delay ? `${spellMinutes(delay)} before the meeting` : "When the meeting begins";
  }
  if (trigger === "after_meeting") {
    return delay ? `${spellMinutes(delay)} after the meeting` : "When the meeting ends";
  }
  const event = EVENTS[trigger];
  if (!event) return WITHOUT_EVENT[trigger] ?? trigger.replaceAll("_", " ");
  return delay ? `${spellMinutes(delay)} after ${event}` : `When ${event}`;
}

/** A trigger on its own, as filters offer it. */
export function nameTrigger(trigger: string): string {
  if (trigger === "before_meeting") return "Before the meeting";
  if (trigger === "after_meeting") return "After the meeting";
  return spellTrigger({ trigger, delay_minutes: 0 });
}

const ACTIONS: Record<string, string> = {
  send_email: "E-mail",
  send_sms: "SMS",
  webhook: "Webhook",
  update_booking: "Booking update",
};

/** What an action does, in a word. */
export function nameAction(type: string | null): string {
  if (type === null) return "Not known";
  return ACTIONS[type] ?? type.replaceAll("_", " ");
}

/** Types of actions with how often each is there: "2 × E-mail · SMS". */
export function spellActions(types: (string | null)[]): string {
  const counts = new Map<string, number>();
  for (const type of types) {
    const name = nameAction(type);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const words = [...counts].map(([name, count]) =>
    count > 1 ? `${String(count)} × ${name}` : name,
  );
  return words.join(" · ");
}
