import { lazy, Suspense } from "react";

import { useContextFields } from "../../../api/context";
import type { SpecIssue } from "../../../api/schema";
import { Answer } from "../../../states/Answer";
import { Loading } from "../../../states/Loading";
import { Notice } from "../../../states/Notice";
import { isShowable } from "./query";

const ConditionTree = lazy(() => import("./ConditionTree"));

interface Props {
  /** The `conditions` of an action. */
  value: unknown;
  onChange: (value: unknown) => void;
  issues: SpecIssue[];
  /** Their key in the spec, such as `actions[0].conditions`. */
  path: string;
  /** The pinned booking, on which every rule says whether it holds. */
  booking?: string;
  readOnly?: boolean;
}

/** Edits conditions without YAML: groups of rules, with their outcome on a booking. */
export default function ConditionEditor({ readOnly = false, ...props }: Props) {
  const words = useContextFields();
  if (!isShowable(props.value)) {
    return (
      <Notice kind="warning" title="These conditions can't be shown here">
        They are not written as a list of groups, so they stay as they are. Mend them in the YAML.
      </Notice>
    );
  }
  return (
    <Answer query={words} what="the fields">
      {(known) => (
        <Suspense fallback={<Loading what="the conditions" />}>
          <ConditionTree {...props} words={known} isReadOnly={readOnly} />
        </Suspense>
      )}
    </Answer>
  );
}
