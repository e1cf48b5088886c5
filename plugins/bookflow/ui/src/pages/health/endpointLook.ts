import type { EndpointState } from "../../api/schema";

const NAMES: Record<EndpointState["state"], string> = {
  closed: "works",
  open: "paused",
  half_open: "being tried",
  disabled: "disabled",
};

/** How the state of a circuit is shown: its own words are those of electricians. */
export function endpointLook(state: EndpointState["state"]): { status: string; label: string } {
  return { status: state, label: NAMES[state] };
}
