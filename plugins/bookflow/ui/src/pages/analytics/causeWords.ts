import type { Reason } from "../../api/schema";

const CODES: Record<string, string> = {
  "no-email": "There is no e-mail address to send to",
  "no-phone": "There is no phone number to send to",
  "no-recipient": "There is nobody to send to",
  "invalid-email": "The e-mail address is not valid",
  "invalid-phone": "The phone number is not valid",
  "recipient-not-allowed": "Sending to this recipient is not allowed here",
  "empty-text": "The message is empty",
  "text-too-long": "The message is too long",
  "endpoint-disabled": "The endpoint is disabled",
  "address-refused": "The address leads into a private network",
  configuration: "A setting or a connection is missing or wrong",
  internal: "An unexpected error in bookflow",
  "http-timeout": "The server did not answer in time",
  "http-connect": "The server can't be reached",
  "http-dns": "The server's name is not known",
  "http-tls": "The server's certificate is not accepted",
  "http-url": "The address of the webhook is not valid",
  "http-disconnected": "The server hung up",
  "http-redirect": "The server redirects to where it may not",
  "http-protocol": "The server's answer is not readable",
  "smtp-timeout": "The mail server did not answer in time",
  "smtp-connect": "The mail server can't be reached",
  "smtp-disconnected": "The mail server hung up",
  "smtp-tls": "The mail server's certificate is not accepted",
  "smtp-protocol": "The mail server's answer is not readable",
  "smtp-utf8": "The mail server does not take this address",
  cancelled: "The booking was cancelled",
  rejected: "The booking was rejected",
  pending: "The booking was not confirmed yet",
  moved: "The meeting was moved",
  late: "It was too late to send",
  gone: "The booking is no longer there",
};

const SENDERS: Record<string, string> = {
  http: "The server answered",
  smtp: "The mail server answered",
  sms: "The SMS provider answered",
};

const CONDITION = "condition: ";

/** Says a cause as the analytics name it so that people understand it; unknown ones as they are. */
export function spellCause(cause: string): string {
  if (cause.startsWith(CONDITION)) return spellRule(cause.slice(CONDITION.length));
  const [, sender = "", code = ""] = /^(http|smtp|sms)-(\d{3,5})$/.exec(cause) ?? [];
  if (sender) return `${SENDERS[sender] ?? ""} ${code}`;
  return CODES[cause] ?? (cause || "The cause is not known");
}

/** Where the words hide the code that engineers search for, gives it. */
export function codeOf(cause: string): string | undefined {
  return spellCause(cause) === cause || cause.startsWith(CONDITION) ? undefined : cause;
}

/** Puts a reason of the ranking into the same words: "“Tell the CRM” failed 4 times: …". */
export function spellReason({ code, message }: Reason): string {
  const [, count, action, cause] = /^(\d+) times `(.*)` failed: (.*)$/s.exec(message) ?? [];
  if (code !== "cause" || !count || cause === undefined) return message;
  return `“${action ?? ""}” failed ${count === "1" ? "once" : `${count} times`}: ${spellCause(cause)}`;
}

function spellRule(rule: string): string {
  const [, inner] = /^not \((.*)\)$/.exec(rule) ?? [];
  if (inner !== undefined) return `Condition not met: not (${spellWords(inner)})`;
  return `Condition not met: ${spellWords(rule)}`;
}

/** Field and operator without underscores; the value stays as it was written. */
function spellWords(rule: string): string {
  const [field = "", operator = "", ...value] = rule.split(" ");
  return [field.replaceAll("_", " "), operator.replaceAll("_", " "), ...value].join(" ").trim();
}
