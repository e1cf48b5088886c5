import { Box, Code, Flex, Stack, Text, VisuallyHidden } from "@chakra-ui/react";
import { Check, X } from "lucide-react";

import {
  type GroupTrace,
  groupInWords,
  isGroup,
  type RuleTrace,
  ruleInWords,
} from "../../words/conditions";

/** Each rule of an action's conditions, with the value it found and whether it held. */
export function ConditionTrace({ groups }: { groups: GroupTrace[] }) {
  return (
    <Stack gap={2} p={3} bg="bg.subtle" rounded="md" fontSize="sm">
      {groups.map((group, place) => (
        <Group key={place} group={group} />
      ))}
    </Stack>
  );
}

function Group({ group }: { group: GroupTrace }) {
  const only = group.rules.length === 1 && !group.negate ? group.rules[0] : undefined;
  if (only && !isGroup(only)) return <Rule rule={only} />;
  return (
    <Box>
      <Outcome holds={group.holds}>{groupInWords(group)}</Outcome>
      <Stack gap={1} mt={1} ml={2} pl={3} borderLeftWidth="2px">
        {group.rules.map((rule, place) =>
          isGroup(rule) ? <Group key={place} group={rule} /> : <Rule key={place} rule={rule} />,
        )}
      </Stack>
    </Box>
  );
}

function Rule({ rule }: { rule: RuleTrace }) {
  return (
    <Outcome holds={rule.holds}>
      {rule.field ? <Code size="sm">{rule.field}</Code> : null} {ruleInWords(rule)}
      {rule.reason ? ` (${rule.reason})` : null}
    </Outcome>
  );
}

function Outcome({ holds, children }: { holds: boolean; children: React.ReactNode }) {
  const Icon = holds ? Check : X;
  return (
    <Flex gap={2} align="start" minWidth={0}>
      <Text as="span" color={holds ? "fg.success" : "red.fg"} flexShrink={0} mt="0.15rem">
        <Icon aria-hidden size={16} />
        <VisuallyHidden>{holds ? "Holds: " : "Does not hold: "}</VisuallyHidden>
      </Text>
      <Text as="span" overflowWrap="anywhere" minWidth={0}>
        {children}
      </Text>
    </Flex>
  );
}
