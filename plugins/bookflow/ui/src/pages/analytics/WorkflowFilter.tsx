import { Field, Flex, Input, NativeSelect } from "@chakra-ui/react";
import { useEffect, useId, useState } from "react";

import { useWorkflowNames } from "../../api/analytics";
import { useContextFields } from "../../api/context";
import { nameTrigger } from "../../words/triggers";
import { useSearchParts } from "../../urlState/useSearchParts";

const TYPING_MS = 300;

/** Chooses of which workflows figures are shown. */
export function WorkflowFilter() {
  const [search, change] = useSearchParts();
  const words = useContextFields();
  const trigger = search.get("trigger") ?? "";
  const offered = new Set([
    ...(words.data?.triggers.map(({ name }) => name) ?? []),
    ...(trigger ? [trigger] : []),
  ]);
  return (
    <Flex gap={3} wrap="wrap" align="flex-end">
      <WorkflowField
        chosen={search.get("workflow") ?? ""}
        onChoose={(workflow) => {
          change({ workflow });
        }}
      />
      <Field.Root width="auto">
        <Field.Label fontSize="xs">Trigger</Field.Label>
        <NativeSelect.Root size="sm" width="14rem">
          <NativeSelect.Field
            value={trigger}
            onChange={(event) => {
              change({ trigger: event.target.value });
            }}
          >
            <option value="">All triggers</option>
            {[...offered].map((name) => (
              <option key={name} value={name}>
                {nameTrigger(name)}
              </option>
            ))}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </Field.Root>
    </Flex>
  );
}

/** Takes the id of a workflow, and offers those that fit what is typed. */
function WorkflowField({ chosen, onChoose }: { chosen: string; onChoose: (id: string) => void }) {
  const [typed, setTyped] = useState(chosen);
  const [asked, setAsked] = useState(chosen);
  const [known, setKnown] = useState(chosen);
  if (known !== chosen) {
    // chosen elsewhere, such as by going back
    setKnown(chosen);
    setTyped(chosen);
  }
  const names = useWorkflowNames(asked);
  const list = useId();
  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(typed.trim());
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed]);
  const choose = (text: string) => {
    const isOne = text === "" || names.data?.some(({ id }) => id === text);
    if (isOne && text !== chosen) onChoose(text);
  };
  return (
    <Field.Root width="auto">
      <Field.Label fontSize="xs">Workflow</Field.Label>
      <Input
        type="search"
        size="sm"
        width="16rem"
        list={list}
        placeholder="All workflows"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          choose(event.target.value.trim());
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChoose(typed.trim());
        }}
        onBlur={() => {
          if (typed.trim() !== chosen) onChoose(typed.trim());
        }}
      />
      <datalist id={list}>
        {names.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </datalist>
    </Field.Root>
  );
}
