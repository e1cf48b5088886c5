import type { WorkflowVersion } from "../../api/schema";
import { formatMoment } from "../../times/formats";

/** What a version changed; the id that begins each message says nothing on the workflow's page. */
export function describeChange(id: string, { message }: WorkflowVersion): string {
  const said = message.startsWith(`${id}: `) ? message.slice(id.length + 2) : message;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** A version in one line, as lists of choices show it. */
export function nameVersion(id: string, version: WorkflowVersion): string {
  const { at, author } = version;
  return `${formatMoment(at)}, ${author}: ${describeChange(id, version)}`;
}

/** The state before a version; what was deleted in between is passed over. */
export function versionBefore(
  versions: WorkflowVersion[],
  { commit }: WorkflowVersion,
): WorkflowVersion | undefined {
  const place = versions.findIndex((version) => version.commit === commit);
  return versions.slice(place + 1).find(({ is_deleted }) => !is_deleted);
}
