import { List, Stack, Text } from "@chakra-ui/react";

import type { ErasureReport } from "../../api/schema";
import { Notice } from "../../states/Notice";

const TABLES: Record<string, string> = {
  bookings: "Bookings",
  executions: "Reasons of executions",
  action_results: "Results of actions",
  deliveries: "Messages",
  audit: "Entries of the audit trail",
  inbound_requests: "Requests that platforms sent",
  rate_limits: "Limits of messages",
  organizers: "Organizers",
  events: "Events",
  incidents: "Incidents",
  notices: "Alerts",
};

const LEFT: Record<string, string> = {
  organizers: "They are an organizer: choose “Also as an organizer” to erase that as well",
  "spec files": "Workflows name the address: edit these; their history is git’s",
  "running executions":
    "Executions run just now and may write once more: erase again in a few minutes",
  "unreadable inbound requests":
    "Requests sealed with another key can’t be looked into; they go by themselves in time",
};

/** What was found about a person, or erased, and what stays with what to do about it. */
export function ErasureCounts({ report }: { report: ErasureReport }) {
  const { counts, left, cancelled_executions: cancelled, dry_run } = report;
  const found = Object.entries(counts);
  if (found.length === 0 && cancelled === 0 && Object.keys(left).length === 0) {
    return (
      <Notice kind="info" title={dry_run ? "Nothing is kept about this address" : undefined}>
        {dry_run ? "Look for typing errors in it." : "Nothing was left to erase."}
      </Notice>
    );
  }
  return (
    <Stack gap={2} role="status">
      <Text fontWeight="medium">
        {dry_run ? "This will be changed or go:" : "Changed or gone:"}
      </Text>
      <List.Root ps={5}>
        {found.map(([table, count]) => (
          <List.Item key={table}>
            {TABLES[table] ?? table.replaceAll("_", " ")}: {count.toLocaleString()}
          </List.Item>
        ))}
        {cancelled ? (
          <List.Item>
            Open executions {dry_run ? "to be cancelled" : "cancelled"}:{" "}
            {cancelled.toLocaleString()}
          </List.Item>
        ) : null}
      </List.Root>
      {Object.entries(left).map(([what, count]) => (
        <Notice key={what} kind="warning">
          {LEFT[what] ?? what} ({count.toLocaleString()}).
        </Notice>
      ))}
    </Stack>
  );
}
