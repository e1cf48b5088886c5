import { type Spec, textOf, withKey } from "./spec";

/** Sets the name; the id of a new workflow follows it until somebody writes another. */
export function withName(spec: Spec, name: string, isNew: boolean): Spec {
  const before = textOf(spec.id);
  const isFollowing = isNew && (before === "" || before === slugOf(textOf(spec.name)));
  const named = withKey(spec, "name", name);
  return isFollowing ? withKey(named, "id", slugOf(name)) : named;
}

/** "Booking confirmation" as `booking-confirmation`. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, "");
}
