import { HStack, Input, NativeSelect } from "@chakra-ui/react";

import { viewerZone } from "../../../../times/formats";
import { offsetOf, readMoment, writeMoment } from "../moments";
import { asText } from "../valueFits";
import type { ValueProps } from "./inputProps";

const AS_ORGANIZER = "organizer";

/** A date and time, and in which zone the clock shows it. */
export function MomentValue({ value, onChange, label, isReadOnly }: ValueProps) {
  const moment = readMoment(value);
  if (!moment && asText(value)) {
    return (
      <Input
        size="sm"
        width="16rem"
        aria-label={label}
        readOnly={isReadOnly}
        value={asText(value)}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      />
    );
  }
  const { local = "", offset = "" } = moment ?? {};
  const here = viewerZone();
  const zoneOffset = (zone: string) => (zone === AS_ORGANIZER ? "" : offsetOf(local, zone));
  const zones: [string, string][] = [
    [here, `${here.replaceAll("_", " ")} (yours)`],
    ["UTC", "UTC"],
    [AS_ORGANIZER, "the organizer's zone"],
  ];
  const shown = zones.find(([zone]) => local && zoneOffset(zone) === offset)?.[0];
  return (
    <HStack gap={1} wrap="wrap">
      <Input
        size="sm"
        width="auto"
        type="datetime-local"
        aria-label={label}
        readOnly={isReadOnly}
        value={local}
        onChange={({ currentTarget: { value: next } }) => {
          // in the same zone another day may be another offset
          const zone = shown ?? (local ? undefined : here);
          const at = zone === AS_ORGANIZER ? "" : zone ? offsetOf(next, zone) : offset;
          onChange(writeMoment({ local: next, offset: at }));
        }}
      />
      <NativeSelect.Root size="sm" width="auto" disabled={isReadOnly || !local}>
        <NativeSelect.Field
          aria-label={`Time zone of ${label}`}
          value={shown ?? (local ? offset : here)}
          onChange={({ currentTarget }) => {
            onChange(writeMoment({ local, offset: zoneOffset(currentTarget.value) }));
          }}
        >
          {local && !shown ? <option value={offset}>UTC{offset}</option> : null}
          {zones.map(([zone, words]) => (
            <option key={zone} value={zone}>
              {words}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    </HStack>
  );
}
