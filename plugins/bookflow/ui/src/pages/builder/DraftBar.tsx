import {
  Badge,
  Button,
  Flex,
  HStack,
  IconButton,
  Input,
  SegmentGroup,
  Switch,
} from "@chakra-ui/react";
import { Redo2, Undo2 } from "lucide-react";

import { changeDraft, discarded, type Draft, isChanged, redone, undone } from "./draft/drafts";
import { withName } from "./draft/names";
import { textOf, withKey } from "./draft/spec";
import { useEditing } from "./editing";
import { showIssues } from "./IssueList";

/** What an edit of the name is called. */
export const NAME = "name";

/** How the workflow is shown. */
export type View = "flow" | "yaml";

interface Props {
  draft: Draft;
  isNew: boolean;
  mayEdit: boolean;
  view: View;
  onView: (view: View) => void;
  onSave: () => void;
}

/** The name, whether it is on, and what can be done with the edit. */
export function DraftBar({ draft, isNew, mayEdit, view, onView, onSave }: Props) {
  const { spec, edit, draftKey, errors, isLocked } = useEditing();
  const hasChanges = isChanged(draft);
  return (
    <Flex gap={3} wrap="wrap" align="center" mb={3}>
      <Input
        size="sm"
        flex="1 1 14rem"
        maxWidth="28rem"
        fontWeight="medium"
        aria-label="Name of the workflow"
        placeholder="Name, such as Booking confirmation"
        value={textOf(spec.name)}
        disabled={isLocked}
        onChange={({ currentTarget: { value } }) => {
          edit((now) => withName(now, value, isNew), NAME);
        }}
      />
      <Switch.Root
        size="sm"
        checked={spec.is_active !== false}
        disabled={isLocked}
        onCheckedChange={({ checked }) => {
          edit((now) => withKey(now, "is_active", checked ? undefined : false), "is_active");
        }}
      >
        <Switch.HiddenInput />
        <Switch.Control />
        <Switch.Label>Active</Switch.Label>
      </Switch.Root>
      <HStack gap={2} wrap="wrap" ml={{ md: "auto" }}>
        {errors.length ? (
          <Button size="xs" variant="outline" colorPalette="red" onClick={showIssues}>
            {errors.length} to mend
          </Button>
        ) : null}
        {hasChanges ? <Badge colorPalette="orange">Unsaved changes</Badge> : null}
        {mayEdit ? (
          <>
            <IconButton
              size="xs"
              variant="outline"
              aria-label="Undo"
              title="Undo (Ctrl+Z)"
              disabled={draft.at === 0}
              onClick={() => {
                changeDraft(draftKey, undone);
              }}
            >
              <Undo2 />
            </IconButton>
            <IconButton
              size="xs"
              variant="outline"
              aria-label="Redo"
              title="Redo (Shift+Ctrl+Z)"
              disabled={draft.at >= draft.steps.length - 1}
              onClick={() => {
                changeDraft(draftKey, redone);
              }}
            >
              <Redo2 />
            </IconButton>
          </>
        ) : null}
        <SegmentGroup.Root
          size="sm"
          aria-label="How it is shown"
          value={view}
          onValueChange={({ value }) => {
            onView(value === "yaml" ? "yaml" : "flow");
          }}
        >
          <SegmentGroup.Indicator />
          <SegmentGroup.Items
            items={[
              { value: "flow", label: "Flow" },
              { value: "yaml", label: "YAML" },
            ]}
          />
        </SegmentGroup.Root>
        {mayEdit ? (
          <>
            <Button
              size="sm"
              variant="outline"
              disabled={!hasChanges}
              onClick={() => {
                changeDraft(draftKey, (now) => discarded(now));
              }}
            >
              Discard
            </Button>
            <Button size="sm" title="Save (Ctrl+S)" disabled={!hasChanges} onClick={onSave}>
              {isNew ? "Make it…" : "Save…"}
            </Button>
          </>
        ) : null}
      </HStack>
    </Flex>
  );
}
