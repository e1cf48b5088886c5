import { Heading, List, Text } from "@chakra-ui/react";

import type { SavedWorkflow, Template } from "../../api/schema";
import { nameAction, nameTrigger, spellTrigger } from "../../words/triggers";
import { YamlText } from "./YamlText";

interface Props {
  template: Template;
  /** What the values make; absent until all that is needed is filled in. */
  saved: SavedWorkflow | undefined;
  /** Whether the values have changed since. */
  isOld: boolean;
}

/** What the workflow would do, step by step, and its file. */
export function TemplatePreview({ template, saved, isOld }: Props) {
  const trigger = saved ? spellTrigger(saved) : nameTrigger(template.trigger ?? "");
  return (
    <>
      <Heading as="h2" size="md" mb={2}>
        What it does
      </Heading>
      <Text>{trigger || "The trigger is up to you"}:</Text>
      <List.Root as="ol" ps={5} mb={4} aria-label="Actions">
        {saved
          ? saved.actions.map(({ name, type }) => (
              <List.Item key={name}>
                {name}{" "}
                <Text as="span" color="fg.muted">
                  ({nameAction(type)})
                </Text>
              </List.Item>
            ))
          : template.actions.map((type, at) => <List.Item key={at}>{nameAction(type)}</List.Item>)}
      </List.Root>
      <Heading as="h2" size="md" mb={1}>
        The file it makes
      </Heading>
      <Text fontSize="sm" color="fg.muted" mb={2}>
        {describeSource(saved, isOld)}
      </Text>
      <YamlText text={saved?.yaml ?? template.preview} label="The file it makes" />
    </>
  );
}

function describeSource(saved: SavedWorkflow | undefined, isOld: boolean): string {
  if (!saved) return "With the defaults and examples of the template; nothing is saved yet.";
  return isOld ? "As of your last valid values." : "With your values; nothing is saved yet.";
}
