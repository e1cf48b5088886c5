import type { Delivery } from "../api/schema";

const WHO: Record<string, string> = {
  email: "The mail server",
  sms: "The SMS provider",
  webhook: "The other system",
};

/** Says what the other side answered: "The mail server answered 250: OK". */
export function answerInWords({ channel, details }: Delivery): string | undefined {
  if (!details) return undefined;
  const code = details.http_status ?? details.status;
  if (code === undefined || code === null) return undefined;
  const said = channel === "sms" ? details.status : (details.answer ?? details.body);
  const text = typeof said === "string" && said !== "" ? `: ${shorten(said)}` : "";
  return `${WHO[channel] ?? "The other side"} answered ${plain(code)}${text}`;
}

/** Says how often it was tried. */
export function attemptsInWords({ attempts, rounds }: Pick<Delivery, "attempts" | "rounds">) {
  if (attempts === 0) return "Not tried yet";
  const tried = attempts === 1 ? "Tried once" : `Tried ${String(attempts)} times`;
  if (rounds === 0) return tried;
  return `${tried}, put off ${rounds === 1 ? "once" : `${String(rounds)} times`}`;
}

const LONGEST = 160;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function plain(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}
