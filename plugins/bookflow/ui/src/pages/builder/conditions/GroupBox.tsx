import { Box, Text } from "@chakra-ui/react";
import { RuleGroup, type RuleGroupProps } from "react-querybuilder";

import { Ticked } from "../../../states/Ticked";
import { useIssues, useTrace } from "./ConditionContext";
import { Outcome } from "./Outcome";

/** A group of rules in a frame, with its outcome on the pinned booking. */
export function GroupBox(props: RuleGroupProps) {
  const issues = useIssues(props.path);
  const trace = useTrace(props.path);
  return (
    <Box
      role="group"
      aria-label={props.path.length ? "Group of conditions" : "Conditions"}
      borderWidth="1px"
      borderLeftWidth={props.path.length ? "3px" : "1px"}
      borderRadius="md"
      p={{ base: 2, md: 3 }}
      minWidth={0}
      position="relative"
    >
      {trace ? (
        <Box mb={2}>
          <Outcome trace={trace} />
        </Box>
      ) : null}
      <RuleGroup {...props} />
      {issues.map(({ key, message }) => (
        <Text key={key + message} fontSize="xs" color="red.fg" mt={1}>
          <Ticked>{message}</Ticked>
        </Text>
      ))}
    </Box>
  );
}
