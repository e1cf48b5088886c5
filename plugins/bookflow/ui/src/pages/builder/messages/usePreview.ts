import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router-dom";

import { api, ApiProblem, read } from "../../../api/client";
import type { Trial, TriedAction } from "../../../api/schema";
import { isSample, onBooking, type TrialInput, tryWorkflow } from "../../../api/trials";
import { useDebounced } from "../../../inputs/useDebounced";
import { isRecord, type Spec } from "../draft/spec";
import { type Audience, inZone, previewSpec } from "./previewSpec";
import { contextNames } from "./updateFields";

/** What a preview shows. */
export interface Preview {
  /** What the action would do as it stands. */
  outcome: TriedAction;
  /** The same, with content also where the action would be skipped. */
  content: TriedAction;
  /** The fields of the booking as they are, for what an update changes. */
  before: Record<string, unknown>;
}

export interface PreviewState {
  shown?: Preview;
  /** Why what is shown is not of what was typed last. */
  problem?: Error;
  isLoading: boolean;
}

/** Says what one action of an edited spec would send for a booking, and keeps the last answer. */
export function usePreview(
  spec: Spec,
  action: string,
  booking: string,
  audience: Audience,
  zone: string,
): PreviewState {
  const { id = "draft" } = useParams();
  const settled = useDebounced(spec);
  const query = useQuery({
    queryKey: ["preview", id, settled, action, booking, audience, zone],
    queryFn: ({ signal }) =>
      preview({ id, spec: settled, action, booking, audience, zone }, signal),
    staleTime: 30_000,
    retry: false,
    placeholderData: undefined,
  });
  const kept = useLast(query.data, `${action}\n${booking}`);
  return {
    shown: query.data ?? kept,
    problem: query.error ?? undefined,
    isLoading: query.isLoading,
  };
}

interface Asked {
  id: string;
  spec: Spec;
  action: string;
  booking: string;
  audience: Audience;
  zone: string;
}

async function preview(asked: Asked, signal: AbortSignal): Promise<Preview> {
  const { id, spec, action, booking, audience, zone } = asked;
  const on = await placed(booking, zone, signal);
  const ask = async (isForced: boolean) => {
    const shaped = previewSpec(spec, action, { id, audience, isForced });
    if (!shaped) throw new ApiProblem(404, { detail: "The action needs a name to be previewed." });
    const trial = await tryWorkflow(id, { ...on, spec: shaped }, signal);
    return onlyAction(trial);
  };
  const outcome = await ask(false);
  const content = outcome.status === "skipped" ? await ask(true) : outcome;
  const before = outcome.type === "update_booking" ? await readBefore(id, content, on, signal) : {};
  return { outcome, content, before };
}

function onlyAction({ actions }: Trial): TriedAction {
  const [action] = actions;
  if (!action) throw new ApiProblem(404, { detail: "The server tried no such action." });
  return action;
}

/** The booking to try it on, moved to another zone where one is wished for. */
async function placed(booking: string, zone: string, signal: AbortSignal): Promise<TrialInput> {
  const on = onBooking(booking);
  if (!zone) return on;
  if (isSample(booking)) return { ...on, overrides: { invitee: { timezone: zone } } };
  const timeline = await read(
    api.GET("/api/v1/bookings/{booking_id}/timeline", {
      params: { path: { booking_id: booking } },
      signal,
    }),
  );
  const moved = inZone(timeline.booking, zone) as unknown as TrialInput["booking"];
  return { mode: "real_data", booking: moved };
}

/** Reads the fields that an update would change: conditions tell the value that they found. */
async function readBefore(id: string, action: TriedAction, on: TrialInput, signal: AbortSignal) {
  const fields = contextNames(action.rendered.fields);
  if (!fields.length) return {};
  const rules = fields.map((field) => ({ field, operator: "is_not_empty" }));
  const spec = {
    id,
    name: "Fields",
    organizer: "organizer",
    trigger: "manual",
    actions: [
      {
        name: "fields",
        type: "update_booking",
        update_booking_fields: { status: "confirmed" },
        conditions: [{ operator: "AND", rules }],
      },
    ],
  };
  const { conditions } = onlyAction(await tryWorkflow(id, { ...on, spec }, signal));
  const [group] = conditions.filter(isRecord);
  const seen = Array.isArray(group?.rules) ? group.rules.filter(isRecord) : [];
  return Object.fromEntries(seen.map(({ field, actual }) => [String(field), actual]));
}

/** Keeps the last value there was, until it is of something else. */
function useLast<T>(value: T | undefined, of: string): T | undefined {
  const [last, setLast] = useState({ value, of });
  if (last.of !== of) setLast({ value, of });
  else if (value !== undefined && last.value !== value) setLast({ value, of });
  return last.of === of ? last.value : undefined;
}
