import { Heading, SimpleGrid, Stack, Text } from "@chakra-ui/react";
import { useParams } from "react-router-dom";

import { useIncident } from "../../api/health";
import type { IncidentState } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { PageLink } from "../../links/PageLink";
import { Answer } from "../../states/Answer";
import { Notice } from "../../states/Notice";
import { Ticked } from "../../states/Ticked";
import { Moment } from "../../times/Moment";
import { Fact } from "../../facts/Fact";
import { CloseIncident } from "./CloseIncident";
import { IncidentConcerns } from "./IncidentConcerns";
import { figuresOf, thresholdOf } from "./incidentFigures";
import { IncidentHead } from "./IncidentHead";
import { adviceFor, KINDS } from "./incidentWords";

const ALL = withQuery(paths.health, { tab: "incidents" });

/** One incident, where its alerts lead: what is wrong, since when, what it concerns, what to do. */
export default function IncidentPage() {
  const { id = "" } = useParams();
  return (
    <>
      <Text fontSize="sm" mb={1}>
        <PageLink to={ALL}>All incidents</PageLink>
      </Text>
      <Answer query={useIncident(id)} what="the incident">
        {(incident) => <Incident incident={incident} />}
      </Answer>
    </>
  );
}

function Incident({ incident }: { incident: IncidentState }) {
  const isOpen = incident.state === "open";
  return (
    <Stack gap={5} maxWidth="60rem">
      <IncidentHead incident={incident} level="h1">
        {isOpen ? <CloseIncident incident={incident} /> : null}
      </IncidentHead>
      <Text overflowWrap="anywhere">
        <Ticked>{incident.message}</Ticked>
      </Text>
      {isOpen ? (
        <Notice kind={incident.severity === "critical" ? "error" : "warning"} title="What to do">
          {adviceFor(incident.kind)}
        </Notice>
      ) : (
        <Ending incident={incident} />
      )}
      <IncidentConcerns incident={incident} />
      <Measures incident={incident} />
    </Stack>
  );
}

function Ending({ incident }: { incident: IncidentState }) {
  const who = incident.closed_by === "monitor" ? "the monitor" : incident.closed_by;
  return (
    <Notice kind="success" title="This is over">
      Closed <Moment at={incident.closed_at} /> by {who ?? "nobody known"}
      {incident.note ? `: ${incident.note}` : ", without a note"}
    </Notice>
  );
}

function Measures({ incident }: { incident: IncidentState }) {
  const threshold = thresholdOf(incident);
  return (
    <section aria-labelledby="incident-figures">
      <Heading as="h2" size="md" mb={2} id="incident-figures">
        In figures
      </Heading>
      <SimpleGrid
        as="dl"
        columns={{ base: 1, sm: 2, lg: 3 }}
        gap={4}
        p={4}
        borderWidth="1px"
        rounded="md"
        fontSize="sm"
      >
        <Fact name="Kind">{KINDS[incident.kind] ?? incident.kind}</Fact>
        <Fact name="Since">
          <Moment at={incident.opened_at} />
        </Fact>
        <Fact name="Last seen">
          <Moment at={incident.last_seen_at} relative />
        </Fact>
        {figuresOf(incident).map(({ name, text, at }) => (
          <Fact key={name} name={name}>
            {at ? <Moment at={at} /> : text}
          </Fact>
        ))}
        {threshold ? <Fact name="It is an incident when">{threshold}</Fact> : null}
        <Fact name="Alerts">
          {incident.notified_at ? (
            <>
              sent <Moment at={incident.notified_at} />
            </>
          ) : (
            "nobody was alerted"
          )}
        </Fact>
      </SimpleGrid>
    </section>
  );
}
