import { conditionsInWords } from "./conditionWords";
import { durationInWords, minutesOf } from "./durations";
import { levelsOf } from "./levels";
import { type Action, actionsOf, isRecord, type Spec, textOf } from "./spec";

const EVENTS: Record<string, string> = {
  booking_created: "a booking is made",
  booking_requested: "a booking is asked for",
  booking_confirmed: "a requested booking is confirmed",
  booking_rejected: "a requested booking is rejected",
  booking_rescheduled: "a booking is moved to another time",
  booking_cancelled: "a booking is cancelled",
  booking_completed: "a meeting took place",
  booking_no_show: "the invitee does not show up",
};
const PEOPLE: Record<string, string> = {
  invitee: "the invitee",
  organizer: "the organizer",
  both: "the invitee and the organizer",
};

/** What a workflow does, in one sentence for people who never saw its file. */
export function summaryOf(spec: Spec): string {
  const active = actionsOf(spec).filter(({ is_active }) => is_active !== false);
  const when = capitalize(triggerInWords(spec) + eventTypesInWords(spec.event_types));
  const what = active.length ? actionsInWords(active) : "nothing happens yet, add an action";
  const sentence = `${when}: ${what}.`;
  return spec.is_active === false ? `Switched off. When it is on: ${lower(sentence)}` : sentence;
}

/** When it runs: "24 hours before the meeting starts". */
export function triggerInWords({ trigger, delay_minutes, cron, timezone }: Spec): string {
  const name = textOf(trigger);
  const delay = durationInWords(minutesOf(delay_minutes) ?? 0);
  switch (name) {
    case "before_meeting":
      return `${delay ? `${delay} before` : "when"} the meeting starts`;
    case "after_meeting":
      return `${delay ? `${delay} after` : "when"} the meeting ends`;
    case "manual":
      return "when somebody starts it for a booking";
    case "schedule":
      return `at the times of ${textOf(cron) || "a cron expression"}${inZone(timezone)}`;
    default:
      return `${delay ? `${delay} after` : "when"} ${eventInWords(name)}`;
  }
}

function inZone(timezone: unknown): string {
  return timezone ? ` (${textOf(timezone)})` : "";
}

function eventInWords(name: string): string {
  return EVENTS[name] ?? (name ? `${name.replaceAll("_", " ")} happens` : "something happens");
}

/** What one action does: "e-mail the invitee". */
export function actionInWords(action: Action): string {
  const { type, recipient } = action;
  const who = PEOPLE[textOf(recipient)];
  switch (type) {
    case "send_email":
      return `e-mail ${who ?? (textOf(action.custom_email) || "somebody")}`;
    case "send_sms":
      return `text ${who ?? (textOf(action.custom_phone) || "somebody")}`;
    case "webhook":
      return `call ${targetOf(action)}`;
    case "update_booking":
      return updateInWords(action.update_booking_fields);
    default:
      return `run ${textOf(action.name) || textOf(type) || "an action"}`;
  }
}

function targetOf({ webhook_url, webhook_conn_id }: Action): string {
  const url = textOf(webhook_url);
  if (url) return /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
  return textOf(webhook_conn_id) ? `the connection ${textOf(webhook_conn_id)}` : "a webhook";
}

function updateInWords(fields: unknown): string {
  const set = isRecord(fields) ? Object.entries(fields) : [];
  if (!set.length) return "change the booking";
  return `set ${joined(
    set.map(([key, value]) =>
      isRecord(value)
        ? `the answers ${joined(Object.keys(value))}`
        : `${key.replaceAll("_", " ")} to “${textOf(value)}”`,
    ),
  )}`;
}

function actionsInWords(actions: Action[]): string {
  return levelsOf(actions)
    .map((level) =>
      level
        .map((position) => {
          const action = actions[position] ?? {};
          const condition = conditionsInWords(action.conditions);
          return `${condition && `if ${condition}, `}${actionInWords(action)}`;
        })
        .join(", at the same time "),
    )
    .join("; then ");
}

function eventTypesInWords(types: unknown): string {
  return Array.isArray(types) && types.length ? `, for ${joined(types.map(textOf))}` : "";
}

function joined(words: string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
