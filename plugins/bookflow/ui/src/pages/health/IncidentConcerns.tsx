import { Flex, Heading, Text } from "@chakra-ui/react";

import { useEndpoints } from "../../api/health";
import type { IncidentState } from "../../api/schema";
import { airflow, paths, withQuery } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { PageLink } from "../../links/PageLink";
import { failedExecutions } from "../../links/executionLinks";
import { EnableEndpoint } from "./EnableEndpoint";
import { endpointLook } from "./endpointLook";
import { causesOf } from "./incidentFigures";

/** The workflow and the endpoint that an incident concerns, and what to look at. */
export function IncidentConcerns({ incident }: { incident: IncidentState }) {
  const { kind, workflow_id: workflow } = incident;
  if (!workflow && kind !== "endpoint") return null;
  return (
    <section aria-labelledby="incident-concerns">
      <Heading as="h2" size="md" mb={2} id="incident-concerns">
        What it concerns
      </Heading>
      {kind === "endpoint" ? <AboutEndpoint incident={incident} /> : null}
      {workflow ? <AboutWorkflow incident={incident} workflow={workflow} /> : null}
    </section>
  );
}

function AboutWorkflow({ incident, workflow }: { incident: IncidentState; workflow: string }) {
  const causes = causesOf(incident);
  return (
    <>
      <Flex gap={4} wrap="wrap">
        <PageLink to={paths.workflow(workflow)}>The workflow {workflow}</PageLink>
        {incident.kind === "failures" ? (
          <PageLink to={failedExecutions(workflow)}>Its failed executions</PageLink>
        ) : (
          <PageLink to={withQuery(paths.executions, { workflow })}>Its executions</PageLink>
        )}
        <PageLink to={paths.figures(workflow)}>Its figures</PageLink>
        <PageLink to={airflow.dag(`bookflow-${workflow}`)}>Its DAG in Airflow</PageLink>
      </Flex>
      {causes.length > 0 ? (
        <Text mt={2}>
          Most frequent causes:{" "}
          {causes.map((cause, at) => (
            <span key={cause}>
              {at > 0 ? ", " : null}
              <PageLink to={failedExecutions(workflow, cause)}>{cause}</PageLink>
            </span>
          ))}
        </Text>
      ) : null}
    </>
  );
}

/** The endpoint as it is now, which may work again. */
function AboutEndpoint({ incident: { key } }: { incident: IncidentState }) {
  const { data } = useEndpoints();
  const endpoint = data?.endpoints.find((one) => one.key === key);
  const look = endpoint ? endpointLook(endpoint.state) : undefined;
  return (
    <Flex gap={3} wrap="wrap" align="center" mb={2}>
      <Text overflowWrap="anywhere">{key}</Text>
      {look ? <StatusBadge {...look} /> : null}
      {endpoint && endpoint.state !== "closed" ? <EnableEndpoint endpoint={endpoint} /> : null}
      <PageLink to={withQuery(paths.health, { tab: "endpoints" })}>All endpoints</PageLink>
    </Flex>
  );
}
