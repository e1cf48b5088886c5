import { Box, Button, Grid, Heading, Stack, Text } from "@chakra-ui/react";
import { useEffect, useRef, useState } from "react";
import { useParams } from "react-router-dom";

import { useAccount } from "../../api/account";
import type { WorkflowVersion } from "../../api/schema";
import { isUnknown } from "../../states/isUnknown";
import { useVersions, useWorkflowIfThere } from "../../api/versions";
import { useSay } from "../../app/Announcer";
import { paths } from "../../app/paths";
import { PageLink } from "../../links/PageLink";
import { Empty } from "../../states/Empty";
import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";
import { Notice } from "../../states/Notice";
import { WorkflowHead } from "../../heads/WorkflowHead";
import { Comparison } from "./Comparison";
import { useHistoryView } from "./historyView";
import { NoHistory } from "./NoHistory";
import { RestoreDialog } from "./RestoreDialog";
import { VersionItem } from "./VersionItem";
import { nameVersion, versionBefore } from "./versionNames";

/** Who changed a workflow, when and how, and the way back; also of one that was deleted. */
export default function HistoryPage() {
  const { id = "" } = useParams();
  const there = useWorkflowIfThere(id);
  const list = useVersions(id);
  const versions = list.data?.pages.flatMap((page) => page.versions);
  return (
    <>
      <WorkflowHead
        id={id}
        name={there.data?.name}
        state={there.data === null && versions?.length ? "deleted" : there.data?.state}
      />
      {list.error ? <Unread problem={list.error} onRetry={() => void list.refetch()} /> : null}
      {!versions && !list.error ? <Loading what="the history" /> : null}
      {versions ? (
        <Versions id={id} versions={versions} isDeleted={there.data === null} list={list} />
      ) : null}
    </>
  );
}

function Unread({ problem, onRetry }: { problem: Error; onRetry: () => void }) {
  return (
    <>
      <Failure problem={problem} onRetry={onRetry} />
      {isUnknown(problem) ? (
        <PageLink to={paths.deleted}>Look among the deleted workflows</PageLink>
      ) : null}
    </>
  );
}

interface Props {
  id: string;
  versions: WorkflowVersion[];
  isDeleted: boolean;
  list: ReturnType<typeof useVersions>;
}

function Versions({ id, versions, isDeleted, list }: Props) {
  const account = useAccount();
  const own = useAccount(isDeleted ? undefined : id);
  const say = useSay();
  const view = useHistoryView();
  const [wanted, setWanted] = useState<WorkflowVersion>();
  const panel = useShownPanel(view.from ?? view.file);
  if (versions.length === 0) {
    if (account.has_history) {
      return (
        <Empty title="Nothing is recorded yet">
          Git knows no version of this workflow’s file. Commit the file once, or save the workflow
          here: from then on each change is a version.
        </Empty>
      );
    }
    return <NoHistory />;
  }
  return (
    <>
      {isDeleted ? (
        <Notice kind="info" title="This workflow was deleted">
          {own.may_edit
            ? "Restore the version that you want back; it works from then on as it did."
            : "Somebody who may edit workflows can bring it back from here."}{" "}
          <PageLink to={paths.deleted}>All deleted workflows</PageLink>
        </Notice>
      ) : null}
      <Grid
        templateColumns={{ base: "minmax(0, 1fr)", xl: "minmax(0, 2fr) minmax(0, 3fr)" }}
        gap={6}
      >
        <Box ref={panel} order={{ xl: 2 }} scrollMarginTop={4}>
          <Box position={{ xl: "sticky" }} top={4}>
            <Comparison id={id} versions={versions} view={view} />
          </Box>
        </Box>
        <Box>
          <Heading as="h2" size="md">
            Versions
          </Heading>
          {own.may_edit || own.name === "" ? null : (
            <Text fontSize="sm" color="fg.muted">
              You may look at versions. To go back to one, ask somebody who may edit this workflow.
            </Text>
          )}
          <Stack as="ul" gap={0} listStyleType="none" aria-label="Versions">
            {versions.map((version) => (
              <VersionItem
                key={version.commit}
                id={id}
                version={version}
                before={versionBefore(versions, version)}
                mayRestore={own.may_edit}
                onShow={view.show}
                onRestore={setWanted}
              />
            ))}
          </Stack>
          {list.hasNextPage ? (
            <Button
              mt={3}
              size="sm"
              variant="outline"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show more
            </Button>
          ) : null}
        </Box>
      </Grid>
      {wanted ? (
        <RestoreDialog
          id={id}
          commit={wanted.commit}
          said={nameVersion(id, wanted)}
          onRestored={(saved) => {
            setWanted(undefined);
            say(`“${saved.name ?? saved.id}” is as it was. It takes effect within seconds.`);
          }}
          onClose={() => {
            setWanted(undefined);
          }}
        />
      ) : null}
    </>
  );
}

/** On narrow screens the comparison is above the list: what was asked for is brought into sight. */
function useShownPanel(shown: string | null) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) panel.current?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  return panel;
}
