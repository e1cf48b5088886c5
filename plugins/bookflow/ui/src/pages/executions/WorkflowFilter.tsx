import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { api, read } from "../../api/client";
import { useDebounced } from "../../inputs/useDebounced";
import { FilterInput } from "./FilterInput";

const MOST = 20;

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** Chooses a workflow by its id; suggests those whose name or id fits what is typed. */
export function WorkflowFilter({ value, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const search = useDebounced(useDeferredValue(typed), 300) || undefined;
  const { data } = useQuery({
    queryKey: ["workflows", "suggested", search],
    queryFn: ({ signal }) =>
      read(api.GET("/api/v1/workflows", { params: { query: { search, limit: MOST } }, signal })),
    staleTime: 60_000,
  });
  return (
    <FilterInput
      label="Workflow"
      placeholder="id, such as welcome"
      value={value}
      suggestions={data?.workflows.map(({ id }) => id) ?? []}
      onType={setTyped}
      onChange={onChange}
    />
  );
}
