import type { Account } from "../../api/schema";

/** A way that messages take. */
export type Channel = "email" | "sms" | "webhook";

/** Where live tests of a channel may go, and where they go unless people say otherwise. */
export interface Places {
  /** What can be chosen as it stands. */
  exact: string[];
  /** Domains, hosts, and URLs whose path is kept secret. */
  partial: string[];
  /** Where it goes by itself; null where it needs to be said. */
  otherwise: string | null;
}

/** Sorts what the server allows by channel. */
export function placesOf({ email, test_recipients }: Account): Record<Channel, Places> {
  const addresses = test_recipients.filter((one) => one.includes("@") && !one.includes("://"));
  const phones = test_recipients.filter((one) => one.startsWith("+"));
  const targets = test_recipients.filter(
    (one) => !addresses.includes(one) && !phones.includes(one),
  );
  const isDomain = (one: string) => /^\*?@/.test(one);
  const isWhole = (one: string) => one.includes("://") && !one.endsWith("…");
  const mailboxes = addresses.filter((one) => !isDomain(one));
  return {
    email: {
      exact: [...new Set([...(email ? [email] : []), ...mailboxes])],
      partial: addresses
        .filter(isDomain)
        .map((one) => `any address at ${one.replace(/^\*?@/, "")}`),
      otherwise: email ?? mailboxes[0] ?? null,
    },
    sms: { exact: phones, partial: [], otherwise: phones[0] ?? null },
    webhook: {
      exact: targets.filter(isWhole),
      partial: targets.filter((one) => !isWhole(one)),
      otherwise: targets.length
        ? "its own URL where that is allowed, or else the first allowed one"
        : null,
    },
  };
}

/** Where messages of a channel may go, in words. */
export function sayPlaces({ exact, partial }: Places): string {
  return [...exact, ...partial].join(", ");
}
