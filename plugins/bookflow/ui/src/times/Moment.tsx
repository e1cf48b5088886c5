import { formatDistance, formatMoment, viewerZone } from "./formats";

const NOWRAP = { whiteSpace: "nowrap" } as const;

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
  if (!at) return <span>{absent}</span>;
  const other = zone && zone !== viewerZone() ? zone : "UTC";
  const here = formatMoment(at);
  const title = `${relative ? `${here} ${viewerZone()}, ` : ""}${formatMoment(at, other)} ${other}`;
  return (
    <time dateTime={at} title={title} style={NOWRAP}>
      {relative ? formatDistance(at) : here}
    </time>
  );
}
