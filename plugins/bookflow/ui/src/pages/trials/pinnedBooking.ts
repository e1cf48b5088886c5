import { useCallback } from "react";
import { useSearchParams } from "react-router-dom";

const KEY = "bookflow.pinned-booking";

let pinned: string | undefined;

function remember(booking: string | undefined): void {
  pinned = booking;
  try {
    if (booking) sessionStorage.setItem(KEY, booking);
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage may be switched off; the pin then lasts until the page is left
  }
}

function recall(): string | undefined {
  try {
    pinned ??= sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    // as above
  }
  return pinned;
}

/**
 * The booking that previews, conditions and tests are shown for, and how to choose another.
 *
 * It stands in the address as `?booking=`, and stays chosen on pages whose address lacks it.
 */
export function usePinnedBooking(): [string | undefined, (booking: string | undefined) => void] {
  const [query, setQuery] = useSearchParams();
  const asked = query.get("booking") ?? undefined;
  const pin = useCallback(
    (booking: string | undefined) => {
      remember(booking);
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          if (booking) next.set("booking", booking);
          else next.delete("booking");
          return next;
        },
        { replace: true },
      );
    },
    [setQuery],
  );
  if (asked && asked !== pinned) remember(asked);
  return [asked ?? recall(), pin];
}

/** Forgets the booking, such as between tests. */
export function forgetPin(): void {
  remember(undefined);
}
