import { NativeSelect } from "@chakra-ui/react";

import { useContextFields } from "../../../api/context";
import { viewerZone } from "../../../times/formats";
import { type Spec, textOf, withKey } from "../draft/spec";
import { useEditing } from "../editing";
import { DurationInput } from "./DurationInput";
import { SpecField } from "./SpecField";
import { SpecText } from "./SpecText";

const TITLES: Record<string, string> = {
  booking_created: "Booking made",
  booking_requested: "Booking asked for",
  booking_confirmed: "Requested booking confirmed",
  booking_rejected: "Requested booking rejected",
  booking_rescheduled: "Booking moved",
  booking_cancelled: "Booking cancelled",
  booking_completed: "Meeting took place",
  booking_no_show: "Invitee did not show up",
  before_meeting: "Before the meeting",
  after_meeting: "After the meeting",
  manual: "Started by hand",
  schedule: "On a schedule",
};

/** What starts the workflow and how long it waits; only the fields that fit the trigger. */
export function TriggerFields() {
  const { spec, edit } = useEditing();
  const { data } = useContextFields();
  const trigger = textOf(spec.trigger);
  const known = data?.triggers ?? [];
  const current = known.find(({ name }) => name === trigger);
  const isSchedule = trigger === "schedule";
  return (
    <>
      <SpecField path="trigger" label="Trigger" help={current?.description} isRequired>
        <NativeSelect.Root size="sm">
          <NativeSelect.Field
            value={trigger}
            onChange={({ currentTarget: { value } }) => {
              const anchor = known.find(({ name }) => name === value)?.anchor;
              edit((now) => withTrigger(now, value, Boolean(anchor)), "trigger");
            }}
          >
            {current ? null : <option value={trigger}>{trigger || "Choose one…"}</option>}
            {known.map(({ name, description }) => (
              <option key={name} value={name}>
                {TITLES[name] ?? description}
              </option>
            ))}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </SpecField>
      {isSchedule ? (
        <>
          <SpecText
            name="cron"
            label="When"
            isMono
            isRequired
            placeholder="0 9 * * 1"
            help="Minute, hour, day of month, month, day of week: `0 9 * * 1` is Mondays at 9:00."
          />
          <SpecText name="timezone" label="Time zone" isRequired placeholder="Europe/Berlin" />
        </>
      ) : (
        <SpecDuration name="delay_minutes" {...delayWords(trigger, current?.anchor)} />
      )}
      {current?.anchor ? <LateFields /> : null}
    </>
  );
}

/** What to do with reminders whose time has passed. */
function LateFields() {
  const { spec, edit } = useEditing();
  return (
    <>
      <SpecField
        path="if_past"
        label="If the time has passed already"
        help="For bookings made, or workflows switched on, after the time of the message."
      >
        <NativeSelect.Root size="sm">
          <NativeSelect.Field
            value={textOf(spec.if_past) || "skip"}
            onChange={({ currentTarget: { value } }) => {
              edit((now) => withKey(now, "if_past", value), "if_past");
            }}
          >
            <option value="skip">Send nothing</option>
            <option value="send">Send it at once</option>
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </SpecField>
      <SpecDuration
        name="if_late"
        label="Still worth sending for"
        examples={["1h", "12h"]}
        help="After an outage. Empty: until the meeting starts, or a day after its end."
      />
    </>
  );
}

interface DurationProps {
  name: string;
  label: string;
  help?: string;
  examples: readonly (string | number)[];
}

/** A key of the workflow that is a length of time. */
function SpecDuration({ name, label, help, examples }: DurationProps) {
  const { spec, edit, isLocked } = useEditing();
  return (
    <SpecField path={name} label={label} help={help}>
      <DurationInput
        label={label}
        examples={examples}
        value={spec[name]}
        isDisabled={isLocked}
        onChange={(value) => {
          edit((now) => withKey(now, name, value), name);
        }}
      />
    </SpecField>
  );
}

function delayWords(trigger: string, anchor?: string | null): Omit<DurationProps, "name"> {
  if (trigger === "before_meeting") {
    return { label: "How long before the start", examples: [15, "1h", "24h", "2d", "1w"] };
  }
  if (trigger === "after_meeting") {
    return { label: "How long after the end", examples: [15, "1h", "24h", "1w"] };
  }
  const examples = [15, "1h", "24h"];
  if (anchor) return { label: `How long from ${anchor.replaceAll("_", " ")}`, examples };
  return { label: "Wait", help: "Empty: it runs at once.", examples };
}

/** Sets the trigger, and takes out what means nothing to it. */
export function withTrigger(spec: Spec, trigger: string, hasAnchor: boolean): Spec {
  let after = withKey(spec, "trigger", trigger);
  if (!hasAnchor) after = withKey(withKey(after, "if_past", undefined), "if_late", undefined);
  if (trigger !== "schedule") {
    return withKey(withKey(after, "cron", undefined), "timezone", undefined);
  }
  after = withKey(after, "delay_minutes", undefined);
  return after.timezone ? after : withKey(after, "timezone", viewerZone());
}
