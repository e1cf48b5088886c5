import { useMemo } from "react";

import { changeDraft, type Snapshot, withText } from "../draft/drafts";
import { useEditing } from "../editing";
import { marksOf } from "./marks";
import YamlEditor from "./YamlEditor";

interface Props {
  snapshot: Snapshot;
  isReadOnly: boolean;
  jump?: { to: number };
}

/** The YAML of the edit; the forms follow what is typed. */
export default function YamlView({ snapshot, isReadOnly, jump }: Props) {
  const { draftKey, errors, warnings } = useEditing();
  const { text, isTyped } = snapshot;
  const marks = useMemo(
    () => marksOf(text, isTyped, errors, warnings),
    [text, isTyped, errors, warnings],
  );
  return (
    <YamlEditor
      value={text}
      marks={marks}
      isReadOnly={isReadOnly}
      jump={jump}
      onChange={(next) => {
        changeDraft(draftKey, (draft) => withText(draft, next));
      }}
    />
  );
}
