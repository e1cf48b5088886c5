import { Box, Grid } from "@chakra-ui/react";
import { lazy, type ReactNode, Suspense } from "react";

import { Loading } from "../../states/Loading";
import { ActionPanel } from "./action/ActionPanel";
import type { Snapshot } from "./draft/drafts";
import { actionsOf } from "./draft/spec";
import type { View } from "./DraftBar";
import { Palette } from "./flow/Palette";
import { SettingsPanel } from "./settings/SettingsPanel";
import { useChosen } from "./useChosen";

const FlowView = lazy(() => import("./flow/FlowView"));
const YamlView = lazy(() => import("./text/YamlView"));

interface Props {
  id: string | null;
  snapshot: Snapshot;
  view: View;
  mayEdit: boolean;
  jump?: { to: number };
  /** Stands below the whole workflow, where it pushes nothing away when it comes. */
  issues: ReactNode;
}

/** The whole workflow on the left, as flow or as YAML; what is chosen of it on the right. */
export function BuilderPanes({ id, snapshot, view, mayEdit, jump, issues }: Props) {
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
        <Palette />
        <Suspense fallback={<Loading what={view === "yaml" ? "the YAML" : "the flow"} />}>
          {view === "yaml" ? (
            <YamlView snapshot={snapshot} isReadOnly={!mayEdit} jump={jump} />
          ) : (
            <FlowView />
          )}
        </Suspense>
        {issues}
      </Box>
      <Box minWidth={0}>
        {action && chosen !== null ? (
          <ActionPanel action={action} position={chosen} workflow={id} />
        ) : (
          <SettingsPanel isNew={id === null} />
        )}
      </Box>
    </Grid>
  );
}
