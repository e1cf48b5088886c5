import { Badge, Box, Flex, LinkBox, LinkOverlay, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import type { TemplateSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { nameTrigger, spellActions } from "../../words/triggers";

/** A template of the catalogue: what it does, when, and how often it was used. */
export function TemplateCard({ template }: { template: TemplateSummary }) {
  return (
    <LinkBox
      as="li"
      borderWidth="1px"
      rounded="md"
      p={4}
      display="flex"
      flexDirection="column"
      _hover={{ borderColor: "border.emphasized", bg: "bg.subtle" }}
      _focusWithin={{ borderColor: "border.emphasized" }}
    >
      <Flex gap={2} align="start" justify="space-between">
        <LinkOverlay asChild fontWeight="medium">
          <Link to={paths.template(template.id)}>{template.name}</Link>
        </LinkOverlay>
        {template.source === "own" ? <Badge variant="outline">yours</Badge> : null}
      </Flex>
      <Text fontSize="sm" color="fg.muted" mt={1} mb={3}>
        {template.description}
      </Text>
      <Box mt="auto" fontSize="sm">
        <Text>{template.trigger ? nameTrigger(template.trigger) : "The trigger is up to you"}</Text>
        <Text color="fg.muted" fontSize="xs">
          {spellActions(template.actions)}
        </Text>
        <Text color="fg.muted" fontSize="xs" mt={1}>
          <Usage template={template} />
        </Text>
      </Box>
    </LinkBox>
  );
}

/** How many workflows were made from a template, and when the last one. */
export function Usage({ template }: { template: TemplateSummary }) {
  const { usage_count, last_used_at } = template;
  if (usage_count === 0) return <>Not used yet</>;
  return (
    <>
      Used {usage_count === 1 ? "once" : `${usage_count.toLocaleString()} times`}
      {last_used_at ? (
        <>
          , last <Moment at={last_used_at} relative />
        </>
      ) : null}
    </>
  );
}
