/** One value that differs. */
export interface AuditChange {
  key: string;
  before: string;
  after: string;
}

/** Says what differs between two states, by path of keys; what stayed is left out. */
export function listChanges(before: unknown, after: unknown, path = ""): AuditChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      listChanges(before[key], after[key], path ? `${path}.${key}` : key),
    );
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ key: path, before: show(before), after: show(after) }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const WHATS: Record<string, string> = {
  "workflow.created": "made a workflow",
  "workflow.updated": "changed a workflow",
  "workflow.deleted": "deleted a workflow",
  "workflow.duplicated": "copied a workflow",
  "workflow.restored": "restored a version",
  "workflow.executed": "ran a workflow by hand",
  "workflow.live_test": "tested a workflow with real messages",
  "booking.update": "updated a booking",
  "endpoint.enable": "enabled an endpoint",
  "execution.cancel": "cancelled an execution",
  "execution.retry": "tried an execution again",
  "inbound.replayed": "ran an inbound request again",
  "incident.closed": "closed an incident",
  "person.erase": "erased a person",
};

/** The kinds of changes to filter by, in words. */
export const CHANGE_KINDS: Readonly<Record<string, string>> = WHATS;

/** What was done, in words; unknown kinds as they are. */
export function spellChange(what: string): string {
  return WHATS[what] ?? what;
}
