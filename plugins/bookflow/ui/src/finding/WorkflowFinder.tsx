import { Stack, Text } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";

import { api, read } from "../api/client";
import { Failure } from "../states/Failure";
import { spellTrigger } from "../words/triggers";
import { FoundList, FoundRow } from "./FoundList";
import { SearchBox, useTypedSearch } from "./SearchBox";

const MOST = 20;

interface Props {
  onChoose: (id: string) => void;
}

/** Finds an active workflow by its name; shows the first of all until something is typed. */
export function WorkflowFinder({ onChoose }: Props) {
  const { typed, onType, search } = useTypedSearch();
  const { data, error, refetch } = useQuery({
    queryKey: ["workflows", "active", search],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/workflows", {
          params: {
            query: { search: search || undefined, state: "active", sort: "name", limit: MOST },
          },
          signal,
        }),
      ),
  });
  return (
    <Stack gap={2} minWidth={0}>
      <SearchBox
        label="Which workflow?"
        placeholder="Name of a workflow"
        typed={typed}
        onType={onType}
      />
      {error && !data ? <Failure problem={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <FoundList
          label="Active workflows"
          isEmpty={data.workflows.length === 0}
          nothing={search ? `No active workflow fits “${search}”.` : "No workflow is active."}
        >
          {data.workflows.map(({ id, name, trigger, delay_minutes }) => (
            <FoundRow key={id}>
              <button
                type="button"
                className="bf-found"
                title={id}
                onClick={() => {
                  onChoose(id);
                }}
              >
                <Text as="span" fontWeight="medium">
                  {name ?? id}
                </Text>{" "}
                <Text as="span" fontSize="xs" color="fg.muted">
                  {spellTrigger({ trigger, delay_minutes })}
                </Text>
              </button>
            </FoundRow>
          ))}
        </FoundList>
      ) : null}
    </Stack>
  );
}
