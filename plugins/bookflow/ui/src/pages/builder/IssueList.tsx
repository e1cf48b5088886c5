import { Box, Button, List, Text } from "@chakra-ui/react";

import type { SpecIssue } from "../../api/schema";
import { labelOf } from "./action/formSchema";
import { actionOf, keyOf, pathOf } from "./draft/issues";
import { actionsOf, textOf } from "./draft/spec";
import { useEditing } from "./editing";
import { IssueText } from "./FieldIssues";
import { focusField } from "./focusing";
import { useChosen } from "./useChosen";

interface Props {
  /** Shows where it stands in the YAML. */
  onShowLine: (issue: SpecIssue) => void;
}

const ID = "bookflow-issues";

/** Goes to the list of what is wrong. */
export function showIssues(): void {
  document.getElementById(ID)?.focus();
}

/** All that is wrong or doubtful, with the way to each. */
export function IssueList({ onShowLine }: Props) {
  const { errors, warnings } = useEditing();
  if (!errors.length && !warnings.length) return null;
  return (
    <Box
      as="section"
      id={ID}
      tabIndex={-1}
      aria-label="What to mend"
      borderWidth="1px"
      borderColor={errors.length ? "border.error" : "border.warning"}
      borderRadius="md"
      px={4}
      py={2}
      my={3}
      fontSize="sm"
    >
      <Text fontWeight="medium">{headline(errors.length, warnings.length)}</Text>
      <List.Root gap={1} mt={1} ps={4} maxHeight="12rem" overflowY="auto">
        {[...errors, ...warnings].map((issue) => (
          <List.Item key={`${issue.key} ${issue.code} ${issue.message}`}>
            <IssueRow issue={issue} onShowLine={onShowLine} />
          </List.Item>
        ))}
      </List.Root>
    </Box>
  );
}

function IssueRow({ issue, onShowLine }: Props & { issue: SpecIssue }) {
  const { spec } = useEditing();
  const [, choose] = useChosen();
  const position = actionOf(issue);
  const action = position === null ? undefined : actionsOf(spec)[position];
  const part = pathOf(issue.key)
    .slice(2)
    .find((step) => typeof step === "string");
  const name = action ? textOf(action.name) || `action ${String((position ?? 0) + 1)}` : issue.key;
  return (
    <>
      <Button
        size="2xs"
        variant="plain"
        textDecoration="underline"
        px={0}
        height="auto"
        onClick={() => {
          choose(action ? position : null);
          focusField(keyOf(issue.key));
        }}
      >
        {[name || "the file", action && part ? labelOf(part) : undefined]
          .filter(Boolean)
          .join(", ")}
      </Button>
      {": "}
      <IssueText issue={issue} />{" "}
      <Button
        size="2xs"
        variant="plain"
        textDecoration="underline"
        color="fg.muted"
        px={0}
        height="auto"
        onClick={() => {
          onShowLine(issue);
        }}
      >
        show in YAML
      </Button>
    </>
  );
}

function headline(errors: number, warnings: number): string {
  const count = (number: number, what: string) =>
    `${String(number)} ${what}${number === 1 ? "" : "s"}`;
  if (!errors) return `${count(warnings, "thing")} to look at; it can be saved`;
  const more = warnings ? `, and ${count(warnings, "thing")} to look at` : "";
  return `${count(errors, "thing")} to mend before it can be saved${more}`;
}
