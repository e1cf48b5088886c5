import { Box, Button, HStack, Text } from "@chakra-ui/react";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { QueryBuilder, type RuleGroupType } from "react-querybuilder";

import type { ContextFields, SpecIssue } from "../../../api/schema";
import { isSame } from "../draft/spec";
import { ConditionContext } from "./ConditionContext";
import {
  AddGroup,
  AddRule,
  CombinatorSelect,
  NotCheckbox,
  OperatorSelect,
  RemoveGroup,
  RemoveRule,
} from "./controls";
import { changeRule, newGroup, newRule, settle } from "./editing";
import { FieldSelect } from "./FieldSelect";
import { GroupBox } from "./GroupBox";
import { fromQuery, type QueryGroup, toQuery } from "./query";
import { RuleRow } from "./RuleRow";
import { useOutcome } from "./useOutcome";
import { ValueInput } from "./ValueInput";

const CONTROLS = {
  rule: RuleRow,
  ruleGroup: GroupBox,
  fieldSelector: FieldSelect,
  operatorSelector: OperatorSelect,
  valueEditor: ValueInput,
  combinatorSelector: CombinatorSelect,
  notToggle: NotCheckbox,
  addRuleAction: AddRule,
  addGroupAction: AddGroup,
  removeRuleAction: RemoveRule,
  removeGroupAction: RemoveGroup,
};
const LAYOUT = {
  "& .ruleGroup-header": { display: "flex", flexWrap: "wrap", gap: "2", alignItems: "center" },
  "& .ruleGroup-body": { display: "flex", flexDirection: "column", gap: "3", mt: "3" },
  "& .rule": { display: "flex", flexWrap: "wrap", gap: "2", alignItems: "center", minWidth: "0" },
};

interface Props {
  value: unknown;
  onChange: (value: unknown) => void;
  issues: SpecIssue[];
  path: string;
  booking?: string;
  isReadOnly: boolean;
  words: ContextFields;
}

/** The conditions as groups of rules; what was changed goes back as the spec has it. */
export default function ConditionTree(props: Props) {
  const { value, onChange, issues, path, booking, isReadOnly, words } = props;
  const [root, setRoot] = useRoot(value);
  const conditions = useMemo(() => fromQuery(root), [root]);
  const { traces, note } = useOutcome(conditions, booking, isReadOnly);
  const change = (next: QueryGroup) => {
    setRoot(next);
    onChange(fromQuery(next));
  };
  if (!root.rules.length) {
    return (
      <Nothing
        isReadOnly={isReadOnly}
        onAdd={() => {
          change({ ...root, rules: [newRule()] });
        }}
      />
    );
  }
  return (
    <ConditionContext
      value={{
        root,
        words,
        issues,
        path,
        traces,
        isReadOnly,
        changeRule: (id, changes) => {
          change(changeRule(root, id, changes));
        },
      }}
    >
      <Box css={LAYOUT} minWidth={0}>
        <QueryBuilder
          query={root as unknown as RuleGroupType}
          onQueryChange={(next) => {
            const settled = settle(root, next as unknown as QueryGroup, words);
            if (!isSame(settled, root)) change(settled);
          }}
          controlElements={CONTROLS}
          onAddRule={newRule}
          onAddGroup={newGroup as unknown as () => RuleGroupType}
          resetOnFieldChange={false}
          resetOnOperatorChange={false}
          enableMountQueryChange={false}
          showNotToggle
          disabled={isReadOnly}
        />
      </Box>
      {note ? (
        <Text fontSize="xs" color="fg.muted" mt={2} role="status">
          {note}
        </Text>
      ) : null}
    </ConditionContext>
  );
}

function Nothing({ isReadOnly, onAdd }: { isReadOnly: boolean; onAdd: () => void }) {
  return (
    <HStack gap={3} wrap="wrap">
      <Text fontSize="sm" color="fg.muted">
        No conditions: the action always runs.
      </Text>
      {isReadOnly ? null : (
        <Button size="xs" variant="outline" onClick={onAdd}>
          <Plus size={14} aria-hidden /> Add a condition
        </Button>
      )}
    </HStack>
  );
}

/** Holds what is shown; what comes from elsewhere, such as undo, is read anew. */
function useRoot(value: unknown): [QueryGroup, (next: QueryGroup) => void] {
  const [held, setHeld] = useState(() => ({ value, root: toQuery(value) }));
  if (held.value !== value) {
    const isOurs = isSame(fromQuery(held.root), value ?? []);
    setHeld({ value, root: isOurs ? held.root : toQuery(value) });
  }
  return [
    held.root,
    (root) => {
      setHeld({ value: held.value, root });
    },
  ];
}
