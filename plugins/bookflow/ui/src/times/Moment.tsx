import { Text } from "@chakra-ui/react";

import { formatDistance, formatMoment, viewerZone } from "./formats";

interface Props {
  at: string | null | undefined;
  /** The zone of somebody else, such as the invitee's, to show on hover. */
  zone?: string | null;
  /** Writes "3 hours ago", and the time on hover. */
  relative?: boolean;
  /** What stands there where there is no time. */
  absent?: string;
}

/** A time in the viewer's zone; in UTC, or the zone given, on hover and for screen readers. */
export function Moment({ at, zone, relative = false, absent = "—" }: Props) {
  if (!at) return <Text as="span">{absent}</Text>;
  const other = zone && zone !== viewerZone() ? zone : "UTC";
  const here = formatMoment(at);
  const title = `${relative ? `${here} ${viewerZone()}, ` : ""}${formatMoment(at, other)} ${other}`;
  return (
    <Text asChild whiteSpace="nowrap">
      <time dateTime={at} title={title}>
        {relative ? formatDistance(at) : here}
      </time>
    </Text>
  );
}
