import { Box, Grid } from "@chakra-ui/react";
import { lazy, memo, Suspense, useDeferredValue } from "react";

import type { SpecIssue } from "../../api/schema";
import { InTurn } from "../../pacing/InTurn";
import { Loading } from "../../states/Loading";
import { ActionPanel } from "./action/ActionPanel";
import type { Snapshot } from "./draft/drafts";
import { levelsOf } from "./draft/levels";
import { actionsOf, isSame, type Spec } from "./draft/spec";
import type { View } from "./DraftBar";
import { EditingContext, useEditing } from "./editing";
import { Palette } from "./flow/Palette";
import { IssueList } from "./IssueList";
import { SettingsPanel } from "./settings/SettingsPanel";
import { useChosen } from "./useChosen";

const FlowView = lazy(() => import("./flow/FlowView"));
const Flow = memo(FlowView);
const YamlView = lazy(() => import("./text/YamlView"));

interface Props {
  id: string | null;
  snapshot: Snapshot;
  view: View;
  mayEdit: boolean;
  jump?: { to: number };
  onShowLine: (issue: SpecIssue) => void;
}

/** The whole workflow on the left, as flow or as YAML; what is chosen of it on the right. */
export const BuilderPanes = memo(function BuilderPanes(props: Props) {
  const { id, snapshot, view, mayEdit, jump, onShowLine } = props;
  const [chosen] = useChosen();
  const action = chosen === null ? undefined : actionsOf(snapshot.spec)[chosen];
  return (
    <Grid
      templateColumns={{ base: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(22rem, 30rem)" }}
      gap={5}
    >
      <Box
        minWidth={0}
        // the flow stays in sight beside a form that is longer than the window
        position={{ lg: view === "yaml" ? "static" : "sticky" }}
        top={2}
        alignSelf="start"
      >
        <InTurn room="2rem">
          <Palette />
        </InTurn>
        <InTurn room="24rem">
          <Suspense fallback={<Loading what={view === "yaml" ? "the YAML" : "the flow"} />}>
            {view === "yaml" ? (
              <YamlView snapshot={snapshot} isReadOnly={!mayEdit} jump={jump} />
            ) : (
              <LateFlow />
            )}
          </Suspense>
        </InTurn>
        {/* below it, where it pushes nothing away when it comes */}
        <IssueList onShowLine={onShowLine} />
      </Box>
      <Box minWidth={0}>
        <InTurn room="24rem">
          {action && chosen !== null ? (
            <ActionPanel action={action} position={chosen} workflow={id} />
          ) : (
            <SettingsPanel isNew={id === null} />
          )}
        </InTurn>
      </Box>
    </Grid>
  );
});

/** The flow: what is typed beside it follows once the keys have been answered. */
function LateFlow() {
  const editing = useEditing();
  const late = useDeferredValue(editing);
  // who moves actions goes on from where they stand
  const value = isArrangedLike(editing.spec, late.spec) ? late : editing;
  return (
    <EditingContext.Provider value={value}>
      <Flow />
    </EditingContext.Provider>
  );
}

function isArrangedLike(spec: Spec, other: Spec): boolean {
  return isSame(arrangementOf(spec), arrangementOf(other));
}

function arrangementOf(spec: Spec): unknown {
  const actions = actionsOf(spec);
  return [levelsOf(actions), actions.map((action) => action.name)];
}
