import { actionsOf, isRecord, type Spec } from "../draft/spec";

/** To whom an action's messages are shown. */
export type Audience = "itself" | "both";

const SLUG = /^[a-z0-9-]{1,64}$/;
// a rule about the status has the action run for cancelled bookings as well
const ALWAYS = [{ rules: [{ field: "booking_status", operator: "is_not_empty" }] }];

interface Wishes {
  /** The id it is tried under, where that is another than its own. */
  id?: string;
  /** Both sides get it, whoever the action itself writes to. */
  audience?: Audience;
  /** Shows the content also where the action would be skipped. */
  isForced?: boolean;
}

/** A workflow of this action alone, so that faults elsewhere in the spec do not matter. */
export function previewSpec(spec: Spec, name: string, wishes: Wishes = {}): Spec | undefined {
  const action = actionsOf(spec).find((item) => item.name === name);
  if (!action) return undefined;
  const { id, organizer, name: title } = spec;
  return {
    ...spec,
    id: wishes.id ?? (typeof id === "string" && SLUG.test(id) ? id : "draft"),
    name: typeof title === "string" && title ? title : "Draft",
    organizer: typeof organizer === "string" && organizer ? organizer : "organizer",
    trigger: spec.trigger ?? "manual",
    actions: [shape(action, wishes)],
  };
}

function shape(action: Spec, { audience, isForced }: Wishes): Spec {
  const forced = isForced ? { conditions: ALWAYS } : {};
  const shaped: Record<string, unknown> = { ...action, is_active: true, ...forced };
  if (audience !== "both" || !("recipient" in action)) return shaped;
  delete shaped.custom_email;
  delete shaped.custom_phone;
  return { ...shaped, recipient: "both" };
}

/** Puts a zone into a booking as the API has it: the invitee then lives there. */
export function inZone(booking: unknown, timezone: string): Record<string, unknown> {
  const given = isRecord(booking) ? booking : {};
  const invitee = isRecord(given.invitee) ? given.invitee : {};
  const attendees: unknown[] = Array.isArray(given.attendees) ? given.attendees : [];
  return {
    ...given,
    invitee: { ...invitee, timezone },
    attendees: attendees.map((one) => (isRecord(one) ? { ...one, timezone } : one)),
  };
}
