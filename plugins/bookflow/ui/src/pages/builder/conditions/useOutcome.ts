import { useParams } from "react-router-dom";

import { ApiProblem } from "../../../api/client";
import { isSample, onBooking, useTrial } from "../../../api/trials";
import { useDebounced } from "../../../inputs/useDebounced";
import { type GroupTrace, readTraces } from "./traces";

const NAME = "conditions";

/** What conditions say of the pinned booking. */
export interface OutcomeOfAll {
  traces?: GroupTrace[];
  /** Why there is no outcome. */
  note?: string;
}

/** Tries conditions on a booking while they are edited, in an action of their own. */
export function useOutcome(
  conditions: unknown[],
  booking: string | undefined,
  isReadOnly: boolean,
): OutcomeOfAll {
  const { id = "draft" } = useParams();
  const settled = useDebounced(conditions);
  const isAsked = Boolean(booking) && settled.length > 0;
  const query = useTrial(
    id,
    { ...onBooking(booking ?? ""), spec: specAround(id, settled), actions: [NAME] },
    isAsked,
  );
  if (!booking || !conditions.length) return {};
  if (query.error) return { note: explain(query.error, booking, isReadOnly) };
  if (!query.data || query.isPlaceholderData || settled !== conditions) return {};
  return { traces: readTraces(query.data.actions[0]?.conditions ?? []) };
}

/** A workflow that does next to nothing, so that faults elsewhere in the spec do not matter. */
export function specAround(id: string, conditions: unknown[]): Record<string, unknown> {
  return {
    id,
    name: "Conditions",
    organizer: "organizer",
    trigger: "manual",
    actions: [
      {
        name: NAME,
        type: "update_booking",
        update_booking_fields: { status: "confirmed" },
        conditions,
      },
    ],
  };
}

function explain(problem: Error, booking: string, isReadOnly: boolean): string {
  if (!(problem instanceof ApiProblem)) return problem.message;
  if (problem.issues.length) return "The outcome shows once the conditions are complete.";
  if (problem.status === 403 && isReadOnly && !isSample(booking)) {
    return "You may try conditions on sample bookings only; choose one above.";
  }
  return problem.message;
}
