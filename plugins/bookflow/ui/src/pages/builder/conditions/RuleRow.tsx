import { Box, Checkbox, Code, HStack, Text } from "@chakra-ui/react";
import { Rule, type RuleProps } from "react-querybuilder";

import { findField } from "../../../api/context";
import { Ticked } from "../../../states/Ticked";
import { useConditions, useIssues, useTrace } from "./ConditionContext";
import { mayRegardCase, regardsCase } from "./operators";
import { Outcome } from "./Outcome";
import type { QueryRule } from "./query";
import { RemoveRule } from "./controls";
import { isGroupTrace } from "./traces";

/** One rule, what is wrong with it, and what it found on the pinned booking. */
export function RuleRow(props: RuleProps) {
  const { rule: given, path } = props;
  const rule = given as unknown as QueryRule;
  const issues = useIssues(path);
  const trace = useTrace(path);
  return (
    <Box role="group" aria-label="Condition" minWidth={0}>
      {rule.unshown ? <Unshown item={rule.unshown.item} {...props} /> : <Rule {...props} />}
      <MatchCase rule={rule} />
      {issues.map(({ key, message }) => (
        <Text key={key + message} fontSize="xs" color="red.fg" mt={1}>
          <Ticked>{message}</Ticked>
        </Text>
      ))}
      {trace && !isGroupTrace(trace) ? (
        <Box mt={1}>
          <Outcome trace={trace} />
        </Box>
      ) : null}
    </Box>
  );
}

/** Lets upper and lower case differ; offered where texts are compared. */
function MatchCase({ rule }: { rule: QueryRule }) {
  const { words, changeRule, isReadOnly } = useConditions();
  const { id, field, operator, caseSensitive } = rule;
  if (!field || !mayRegardCase(operator, findField(words, field)?.type ?? "any")) return null;
  const byItself = regardsCase(operator);
  // a rare wish: it is shown where somebody has it, and while one works at the rule
  const isCommon = (caseSensitive ?? byItself) === byItself && operator !== "regex_match";
  return (
    <Checkbox.Root
      size="xs"
      mt={1}
      display={isCommon ? "none" : "inline-flex"}
      css={{ "[role=group]:focus-within > &": { display: "inline-flex" } }}
      readOnly={isReadOnly}
      checked={caseSensitive ?? byItself}
      onCheckedChange={({ checked }) => {
        changeRule(id, { caseSensitive: checked === byItself ? undefined : checked === true });
      }}
    >
      <Checkbox.HiddenInput />
      <Checkbox.Control />
      <Checkbox.Label color="fg.muted">Upper and lower case differ</Checkbox.Label>
    </Checkbox.Root>
  );
}

/** What is no rule stays as it is. */
function Unshown({ item, path, actions, schema }: RuleProps & { item: unknown }) {
  return (
    <HStack gap={2} wrap="wrap">
      <Code overflowWrap="anywhere">{JSON.stringify(item)}</Code>
      <Text fontSize="xs" color="fg.muted">
        This is not written as a condition; it stays as it is. Mend it in the YAML.
      </Text>
      <RemoveRule
        handleOnClick={() => {
          actions.onRuleRemove(path);
        }}
        ruleOrGroup={{ field: "", operator: "", value: "" }}
        path={path}
        level={path.length}
        schema={schema}
      />
    </HStack>
  );
}
