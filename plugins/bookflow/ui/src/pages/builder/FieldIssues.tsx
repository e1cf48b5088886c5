import { Button, Text, VStack } from "@chakra-ui/react";

import type { SpecIssue } from "../../api/schema";
import { fixed, issuesUnder } from "./draft/issues";
import { useEditing } from "./editing";

/** What is wrong at a key, each with its suggestion at a click. */
export function FieldIssues({ path, id }: { path: string; id?: string }) {
  const { errors, warnings } = useEditing();
  const wrong = issuesUnder(errors, path);
  const doubtful = issuesUnder(warnings, path);
  if (!wrong.length && !doubtful.length) return null;
  return (
    <VStack id={id} align="start" gap={1} fontSize="xs" mt={1}>
      {wrong.map((issue) => (
        <IssueText key={issue.key + issue.message} issue={issue} color="red.fg" />
      ))}
      {doubtful.map((issue) => (
        <IssueText key={issue.key + issue.message} issue={issue} color="fg.warning" />
      ))}
    </VStack>
  );
}

/** One finding in words, and a button that takes its suggestion where that is possible. */
export function IssueText({ issue, color }: { issue: SpecIssue; color?: string }) {
  return (
    <Text as="span" color={color} overflowWrap="anywhere">
      {plain(issue.message)} <IssueFix issue={issue} />
    </Text>
  );
}

/** Takes the suggestion of a finding; nothing where there is none. */
export function IssueFix({ issue }: { issue: SpecIssue }) {
  const { spec, edit, isLocked } = useEditing();
  if (isLocked || fixed(spec, issue) === null) return null;
  return (
    <Button
      size="2xs"
      variant="outline"
      verticalAlign="baseline"
      onClick={() => {
        edit((now) => fixed(now, issue) ?? now, `fix ${issue.key}`);
      }}
    >
      Use {issue.suggestion}
    </Button>
  );
}

/** Sentences begin with a capital where they do not begin with a quoted word. */
function plain(message: string): string {
  return /^[a-z]/.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}
