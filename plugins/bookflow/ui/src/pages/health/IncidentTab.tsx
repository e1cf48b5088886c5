import { Flex, Stack, Text } from "@chakra-ui/react";

import { useIncidents } from "../../api/health";
import { Empty } from "../../states/Empty";
import { useSearchParts } from "../../urlState/useSearchParts";
import { Choice } from "./Choice";
import { IncidentCard } from "./IncidentCard";
import { KINDS } from "./incidentWords";
import { PagedList } from "./PagedList";

/** What was found wrong: what is open first of all, closed ones on demand. */
export function IncidentTab() {
  const [search, change] = useSearchParts();
  const state = search.get("state") ?? "open";
  const kind = search.get("kind") ?? "";
  const list = useIncidents({
    state: state === "all" ? undefined : state,
    kind: kind || undefined,
    workflow_id: search.get("workflow") ?? undefined,
  });
  const incidents = list.data?.pages.flatMap((page) => page.incidents) ?? [];
  return (
    <Stack gap={3}>
      <Flex gap={3} wrap="wrap">
        <Choice
          label="Show"
          value={state}
          options={{ open: "Open ones", closed: "Closed ones", all: "All" }}
          onChoose={(value) => {
            change({ state: value === "open" ? undefined : value });
          }}
        />
        <Choice
          label="Kind"
          value={kind}
          options={{ "": "All kinds", ...KINDS }}
          onChoose={(value) => {
            change({ kind: value });
          }}
        />
      </Flex>
      <PagedList
        list={list}
        what="incidents"
        isEmpty={incidents.length === 0}
        empty={
          <Empty title={state === "open" ? "No open incidents" : "No incidents"}>
            {kind
              ? "None of this kind is known; choose all kinds to see the others."
              : "The monitor looks every 5 minutes. What it finds is shown here until it has passed."}
          </Empty>
        }
      >
        {incidents.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} />
        ))}
      </PagedList>
      {search.get("workflow") ? (
        <Text color="fg.muted">Only of the workflow {search.get("workflow")}.</Text>
      ) : null}
    </Stack>
  );
}
