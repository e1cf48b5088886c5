import { Heading, Stack, Text } from "@chakra-ui/react";
import { useState } from "react";

import { useAccount } from "../../api/account";
import type { DeletedWorkflow } from "../../api/schema";
import { useDeletedWorkflows } from "../../api/versions";
import { useSay } from "../../app/Announcer";
import { paths } from "../../app/paths";
import { PageLink } from "../../links/PageLink";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { formatMoment } from "../../times/formats";
import { DeletedItem } from "./DeletedItem";
import { NoHistory } from "./NoHistory";
import { RestoreDialog } from "./RestoreDialog";

/** Workflows that are gone: who deleted them and when, and the way back. */
export default function DeletedPage() {
  const say = useSay();
  const { may_edit, name } = useAccount();
  const [wanted, setWanted] = useState<DeletedWorkflow>();
  return (
    <>
      <Text fontSize="sm" mb={1}>
        <PageLink to={paths.dashboard}>All workflows</PageLink>
      </Text>
      <Heading as="h1" size="lg" mb={2}>
        Deleted workflows
      </Heading>
      <Answer query={useDeletedWorkflows()} what="deleted workflows">
        {({ has_history, workflows }) =>
          !has_history ? (
            <NoHistory />
          ) : workflows.length === 0 ? (
            <Empty title="Nothing was deleted">
              Workflows that somebody deletes are listed here, and can be brought back.
            </Empty>
          ) : (
            <>
              <Text color="fg.muted" mb={3}>
                {may_edit || name === ""
                  ? "A workflow that is brought back is as it last was: one that was active runs again."
                  : "You may look at them. To bring one back, ask somebody who may edit workflows."}
              </Text>
              <Stack as="ul" gap={0} listStyleType="none" aria-label="Deleted workflows">
                {workflows.map((workflow) => (
                  <DeletedItem
                    key={workflow.id}
                    workflow={workflow}
                    mayRestore={may_edit}
                    onRestore={setWanted}
                  />
                ))}
              </Stack>
            </>
          )
        }
      </Answer>
      {wanted ? (
        <RestoreDialog
          id={wanted.id}
          commit={wanted.restore_commit}
          said={`As it was before ${wanted.deleted_by} deleted it, ${formatMoment(wanted.deleted_at)}`}
          onRestored={(saved) => {
            setWanted(undefined);
            say(`“${saved.name ?? saved.id}” is back. It takes effect within seconds.`);
          }}
          onClose={() => {
            setWanted(undefined);
          }}
        />
      ) : null}
    </>
  );
}
