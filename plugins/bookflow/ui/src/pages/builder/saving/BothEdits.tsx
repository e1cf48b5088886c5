import { Heading, Text } from "@chakra-ui/react";
import { useMemo } from "react";

import type { Workflow } from "../../../api/schema";
import { Notice } from "../../../states/Notice";
import { Moment } from "../../../times/Moment";
import { baseOf } from "../draft/baseOf";
import { type Draft, joined, present } from "../draft/drafts";
import type { Merged, Side } from "../draft/merging";
import { ClashChoice } from "./ClashChoice";
import { Diff } from "../../../diff/Diff";
import { compareTexts } from "../../../diff/compareTexts";

interface Props {
  draft: Draft;
  theirs: Workflow;
  merged: Merged;
  decisions: Readonly<Record<string, Side>>;
  onDecide: (clash: string, side: Side) => void;
}

/** What they changed, what both changed, and what comes of putting both together. */
export function BothEdits({ draft, theirs, merged, decisions, onDecide }: Props) {
  const { spec, clashes } = merged;
  const changed = useMemo(() => compareTexts(draft.base.text, theirs.yaml), [draft, theirs]);
  const added = useMemo(
    () => compareTexts(theirs.yaml, present(joined(draft, baseOf(theirs), spec)).text),
    [draft, theirs, spec],
  );
  return (
    <>
      <Text fontSize="sm" mb={3}>
        It was saved <Moment at={theirs.updated_at} relative />, after you began. Nothing of yours
        is lost.{" "}
        {clashes.length
          ? "What only one of you changed is kept; what both of you changed, please decide."
          : "You changed different things, so both can be kept."}
      </Text>
      {present(draft).problem ? (
        <Notice kind="warning" title="Your YAML can't be read yet">
          Go on editing and mend it; then both can be put together.
        </Notice>
      ) : null}
      {clashes.map((clash) => (
        <ClashChoice
          key={clash.id}
          clash={clash}
          chosen={decisions[clash.id]}
          onChoose={(side) => {
            onDecide(clash.id, side);
          }}
        />
      ))}
      <Heading as="h3" size="sm" mt={4} mb={1}>
        What they changed
      </Heading>
      <Diff maxHeight="22rem" lines={changed} label="What they changed" />
      <Heading as="h3" size="sm" mt={4} mb={1}>
        What yours adds to theirs
      </Heading>
      <Diff maxHeight="22rem" lines={added} label="What yours adds to theirs" />
    </>
  );
}
