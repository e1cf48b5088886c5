import { Box, Flex, Text } from "@chakra-ui/react";

import type { IncidentState } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { Ticked } from "../../states/Ticked";
import { Moment } from "../../times/Moment";
import { failedExecutions } from "../../links/executionLinks";
import { PageLink } from "../../links/PageLink";
import { CloseIncident } from "./CloseIncident";
import { IncidentHead } from "./IncidentHead";
import { adviceFor, KINDS } from "./incidentWords";

/** One incident: what is wrong since when, what to do, or how it ended. */
export function IncidentCard({ incident }: { incident: IncidentState }) {
  const { id, state, subject, message, kind, workflow_id } = incident;
  const isOpen = state === "open";
  return (
    <Box as="article" borderWidth="1px" borderRadius="md" p={4} overflowWrap="anywhere">
      <IncidentHead
        incident={incident}
        level="h2"
        subject={
          <PageLink to={paths.incident(id)}>
            <Ticked>{subject}</Ticked>
          </PageLink>
        }
      >
        {isOpen ? <CloseIncident incident={incident} /> : null}
      </IncidentHead>
      <Text mt={1}>
        <Ticked>{message}</Ticked>
      </Text>
      {isOpen ? <Text mt={1}>{adviceFor(kind)}</Text> : null}
      <Links kind={kind} workflow={workflow_id} />
      <Text color="fg.muted" fontSize="sm" mt={1}>
        {KINDS[kind] ?? kind}. Found <Moment at={incident.opened_at} />, last seen{" "}
        <Moment at={incident.last_seen_at} relative />
        {incident.notified_at ? (
          <>
            , alerted <Moment at={incident.notified_at} />
          </>
        ) : isOpen ? (
          ", nobody was alerted yet"
        ) : null}
        .
      </Text>
      {incident.closed_at ? (
        <Text color="fg.muted" fontSize="sm">
          Closed <Moment at={incident.closed_at} /> by {incident.closed_by ?? "nobody known"}
          {incident.note ? `: ${incident.note}` : ", without a note"}
        </Text>
      ) : null}
    </Box>
  );
}

function Links({ kind, workflow }: { kind: string; workflow: string | null }) {
  if (kind === "endpoint") {
    return (
      <PageLink to={withQuery(paths.health, { tab: "endpoints" })}>See the endpoints</PageLink>
    );
  }
  if (!workflow) return null;
  return (
    <Flex gap={3} mt={1} wrap="wrap">
      <PageLink to={paths.workflow(workflow)}>Open {workflow}</PageLink>
      {kind === "failures" ? (
        <PageLink to={failedExecutions(workflow)}>Its failed executions</PageLink>
      ) : (
        <PageLink to={withQuery(paths.executions, { workflow })}>Its executions</PageLink>
      )}
    </Flex>
  );
}
