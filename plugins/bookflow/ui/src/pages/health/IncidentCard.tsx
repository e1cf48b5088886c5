import { Badge, Box, Flex, Heading, Text } from "@chakra-ui/react";

import type { IncidentState } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { failedExecutions } from "../analytics/failureLinks";
import { PageLink } from "../analytics/PageLink";
import { CloseIncident } from "./CloseIncident";
import { adviceFor, KINDS } from "./incidentWords";

/** One incident: what is wrong since when, what to do, or how it ended. */
export function IncidentCard({ incident }: { incident: IncidentState }) {
  const { state, severity, subject, message, kind, workflow_id } = incident;
  const isOpen = state === "open";
  return (
    <Box as="article" borderWidth="1px" borderRadius="md" p={4} overflowWrap="anywhere">
      <Flex justify="space-between" align="flex-start" gap={3} wrap="wrap">
        <Flex gap={2} align="center" wrap="wrap" flex="1 1 16rem" minWidth={0}>
          <Badge colorPalette={isOpen ? (severity === "critical" ? "red" : "orange") : "gray"}>
            {isOpen ? severity : "closed"}
          </Badge>
          <Heading as="h2" size="sm" minWidth={0} overflowWrap="anywhere">
            {subject}
          </Heading>
        </Flex>
        {isOpen ? <CloseIncident incident={incident} /> : null}
      </Flex>
      <Text mt={1}>{message}</Text>
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
