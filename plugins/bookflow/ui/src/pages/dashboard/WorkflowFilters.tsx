import { Button, Field, Flex, Input, NativeSelect } from "@chakra-ui/react";
import { useEffect, useState } from "react";

import { useChoices } from "../../api/workflows";
import { useLateOptions } from "../../inputs/useLateOptions";
import type { FilterName, useDashboardView } from "./dashboardView";
import { nameTrigger } from "../../words/triggers";

const STATES = ["active", "inactive", "invalid"];
const TYPING = 300;
const NOTHING = { triggers: [], organizers: [], event_types: [] };

/** What of the workflows is shown; kept in the query string. */
export function WorkflowFilters({
  view,
  set,
  clear,
  isFiltered,
}: ReturnType<typeof useDashboardView>) {
  const { data } = useChoices();
  const { triggers, organizers, event_types: eventTypes } = data ?? NOTHING;
  return (
    <Flex
      as="form"
      role="search"
      aria-label="Filter workflows"
      gap={3}
      wrap="wrap"
      align="end"
      mb={4}
    >
      {/* typed anew where the filter is set from outside, such as by "Clear filters" */}
      <SearchField
        key={view.search ?? ""}
        text={view.search ?? ""}
        onSearch={(text) => {
          set("search", text);
        }}
      />
      <Choice
        name="state"
        label="State"
        value={view.state}
        options={STATES.map((state) => [state, capitalize(state)])}
        onChoose={set}
      />
      <Choice
        name="trigger"
        label="Trigger"
        value={view.trigger}
        options={triggers.map((trigger) => [trigger, nameTrigger(trigger)])}
        onChoose={set}
      />
      <Choice
        name="organizer"
        label="Organizer"
        value={view.organizer}
        options={organizers.map((organizer) => [organizer, organizer])}
        onChoose={set}
      />
      {eventTypes.length > 0 || view.event_type ? (
        <Choice
          name="event_type"
          label="Event type"
          value={view.event_type}
          options={eventTypes.map((slug) => [slug, slug])}
          onChoose={set}
        />
      ) : null}
      {isFiltered ? (
        <Button size="sm" variant="ghost" onClick={clear}>
          Clear filters
        </Button>
      ) : null}
    </Flex>
  );
}

interface SearchProps {
  text: string;
  onSearch: (text: string) => void;
}

function SearchField({ text, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => {
      onSearch(typed);
    }, TYPING);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, text, onSearch]);
  return (
    <Field.Root width={{ base: "full", md: "16rem" }}>
      <Field.Label fontSize="xs">Search</Field.Label>
      <Input
        size="sm"
        type="search"
        placeholder="Name, id or description"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
    </Field.Root>
  );
}

interface ChoiceProps {
  name: FilterName;
  label: string;
  value: string | null | undefined;
  options: [string, string][];
  onChoose: (name: FilterName, value: string) => void;
}

function Choice({ name, label, value, options, onChoose }: ChoiceProps) {
  // what the address asks for is shown even where no workflow has it
  const all =
    value && !options.some(([option]) => option === value)
      ? [...options, [value, value] as const]
      : options;
  const { offered, turning } = useLateOptions(all, ([option]) => option === value);
  return (
    <Field.Root width={{ base: "calc(50% - 6px)", md: "10.5rem" }}>
      <Field.Label fontSize="xs">{label}</Field.Label>
      <NativeSelect.Root size="sm">
        <NativeSelect.Field
          value={value ?? ""}
          {...turning}
          onChange={(event) => {
            onChoose(name, event.target.value);
          }}
        >
          <option value="">All</option>
          {offered.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    </Field.Root>
  );
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
