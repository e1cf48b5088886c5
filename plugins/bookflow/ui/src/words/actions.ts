import { Globe, type LucideIcon, Mail, MessageSquare, PencilLine, Workflow } from "lucide-react";

/** How a kind of action is called and drawn. */
export interface ActionKind {
  name: string;
  icon: LucideIcon;
  /** What it says where it was done: "3 sent". */
  done: string;
}

const KINDS: Record<string, ActionKind> = {
  send_email: { name: "E-mail", icon: Mail, done: "sent" },
  send_sms: { name: "SMS", icon: MessageSquare, done: "sent" },
  webhook: { name: "Webhook", icon: Globe, done: "sent" },
  update_booking: { name: "Booking update", icon: PencilLine, done: "done" },
};

/** The types of actions in the order in which people ask for them. */
export const ACTION_TYPES = Object.keys(KINDS);

/** Gives how a type of action is called and drawn. */
export function kindOfAction(type: string | null | undefined): ActionKind {
  if (!type) return { name: "Workflow", icon: Workflow, done: "done" };
  return KINDS[type] ?? { name: type.replaceAll("_", " "), icon: Workflow, done: "done" };
}

const RECIPIENTS: Record<string, string> = {
  invitee: "the invitee",
  organizer: "the organizer",
  both: "both sides",
  url: "the other system",
  custom: "an address of the workflow",
};

/** Says to whom something goes. */
export function recipientInWords(recipient: string): string {
  const known = RECIPIENTS[recipient];
  if (known) return known;
  return recipient.replace(/^invitee[:#-].*$/, "a further attendee");
}
