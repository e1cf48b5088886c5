type Fields = Record<string, unknown>;

/** What the page says of a booking, whatever parts of it there are. */
export interface BookingFactsRead {
  status: string;
  start: string | null;
  end: string | null;
  created: string | null;
  /** The invitee's, in which times are given on hover. */
  zone: string | undefined;
  lines: { name: string; value: string }[];
  /** The invitee. */
  name: string | undefined;
  email: string | undefined;
  eventType: string | undefined;
  /** Only an address of the web: others may do something when they are opened. */
  link: string | undefined;
  answers: [string, unknown][];
}

/** Reads a booking as the API gives it; rows written by other programs may lack anything. */
export function readFacts(booking: Fields): BookingFactsRead {
  const part = (key: string): Fields => (isFields(booking[key]) ? booking[key] : {});
  const invitee = part("invitee");
  const attendees = Array.isArray(booking.attendees) ? booking.attendees.length : 0;
  const link = textOf(booking.meeting_link);
  const lines: [string, string | undefined][] = [
    ["Event type", textOf(part("event_type").name)],
    ["Invitee", textOf(invitee.name)],
    ["Invitee’s e-mail", textOf(invitee.email) ?? "none"],
    ["Invitee’s phone", textOf(invitee.phone) ?? "none"],
    ["Invitee’s time zone", textOf(invitee.timezone)],
    ["Organizer", textOf(part("organizer").name) ?? textOf(part("organizer").email)],
    ["Attendees", attendees > 0 ? String(attendees) : undefined],
    ["Reason of the cancellation", textOf(booking.cancellation_reason)],
    ["Meeting id", textOf(booking.meeting_id)],
  ];
  return {
    status: textOf(booking.status) ?? "unknown",
    start: textOf(booking.start_time) ?? null,
    end: textOf(booking.end_time) ?? null,
    created: textOf(booking.created_at) ?? null,
    zone: zoneOf(invitee.timezone),
    lines: lines.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    name: textOf(invitee.name),
    email: textOf(invitee.email),
    eventType: textOf(part("event_type").name),
    link: link && /^https?:\/\//i.test(link) ? link : undefined,
    answers: Object.entries(part("custom_answers")),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A zone that the browser does not know would break every time on the page. */
function zoneOf(value: unknown): string | undefined {
  const zone = textOf(value);
  try {
    if (zone) new Intl.DateTimeFormat(undefined, { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
