import { Button, Flex } from "@chakra-ui/react";

import { useContextFields } from "../../api/context";
import { nameTrigger } from "../../words/triggers";
import { FilterChoice } from "./FilterChoice";
import { FilterInput } from "./FilterInput";
import {
  changeFilter,
  FILTER_KEYS,
  type FilterKey,
  isFiltered,
  NEWEST,
  ORDERS,
  readStatuses,
} from "./filterQuery";
import { SpanFilter } from "./SpanFilter";
import { StatusFilter } from "./StatusFilter";
import { WorkflowFilter } from "./WorkflowFilter";

interface Props {
  query: URLSearchParams;
  setQuery: (change: (before: URLSearchParams) => URLSearchParams) => void;
}

const FAILURE_CHOICES = { true: "With a failed action", false: "Without failures" };
const NOTHING = Object.fromEntries(FILTER_KEYS.map((key) => [key, undefined]));

/** The filters and the order of the list of executions; all of them are in the address. */
export function FilterBar({ query, setQuery }: Props) {
  const words = useContextFields();
  const triggers = words.data?.triggers.map(({ name }) => [name, nameTrigger(name)] as const);
  const change = (changes: Partial<Record<FilterKey | "sort", string | undefined>>) => {
    setQuery((before) => changeFilter(before, changes));
  };
  const value = (key: FilterKey) => query.get(key) ?? "";
  return (
    <Flex role="search" aria-label="Filter executions" wrap="wrap" gap={3} align="end" mb={4}>
      <WorkflowFilter
        value={value("workflow")}
        onChange={(workflow) => {
          change({ workflow });
        }}
      />
      <FilterInput
        label="Booking"
        placeholder="its id"
        value={value("booking")}
        onChange={(booking) => {
          change({ booking });
        }}
      />
      <StatusFilter
        chosen={readStatuses(query)}
        onChange={(chosen) => {
          change({ status: chosen.join(",") });
        }}
      />
      <FilterChoice
        label="Trigger"
        any="Any"
        choices={Object.fromEntries(triggers ?? [])}
        value={value("trigger")}
        onChange={(trigger) => {
          change({ trigger });
        }}
      />
      <SpanFilter query={query} onChange={change} />
      <FilterChoice
        label="Failures"
        any="Any"
        choices={FAILURE_CHOICES}
        value={value("failures")}
        onChange={(failures) => {
          change({ failures });
        }}
      />
      <FilterInput
        label="Cause"
        placeholder="such as smtp-550"
        value={value("cause")}
        onChange={(cause) => {
          change({ cause });
        }}
      />
      <FilterChoice
        label="Order"
        choices={ORDERS}
        value={query.get("sort") ?? NEWEST}
        onChange={(sort) => {
          change({ sort: sort === NEWEST ? undefined : sort });
        }}
      />
      {isFiltered(query) ? (
        <Button
          size="sm"
          variant="ghost"
          onClick={() => {
            change(NOTHING);
          }}
        >
          Clear filters
        </Button>
      ) : null}
    </Flex>
  );
}
