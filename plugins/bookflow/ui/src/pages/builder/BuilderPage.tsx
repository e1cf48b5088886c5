import { Heading, Link as ChakraLink, Text } from "@chakra-ui/react";
import { useEffect } from "react";
import { Link, useParams } from "react-router-dom";

import { useAccount } from "../../api/account";
import { paths } from "../../app/paths";
import type { Workflow } from "../../api/schema";
import { mayChange, useWorkflow } from "../../api/workflows";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { Loading } from "../../states/Loading";
import { Notice } from "../../states/Notice";
import { Builder } from "./Builder";
import { baseOf, starter } from "./draft/baseOf";
import { begin, isChanged, keepDraft, NEW, peekDraft, present, useDraft } from "./draft/drafts";
import { textOf } from "./draft/spec";
import { WorkflowHead } from "../../heads/WorkflowHead";

/** Makes a workflow, or edits one that is there. */
export default function BuilderPage() {
  const { id } = useParams();
  return id === undefined ? <NewWorkflow /> : <ExistingWorkflow key={id} id={id} />;
}

function NewWorkflow() {
  const account = useAccount();
  const draft = useDraft(NEW);
  const organizer = account.own_names?.find((name) => name.includes("@")) ?? account.email;
  const isKnown = account.name !== "";
  useEffect(() => {
    if (isKnown && !peekDraft(NEW)) keepDraft(NEW, begin(starter(organizer)));
  }, [isKnown, organizer]);
  if (!isKnown) return <Loading what="the builder" />;
  if (!account.may_edit) {
    return (
      <Empty title="You may not make workflows">
        That needs the right to edit DAGs: ask whoever administers Airflow.
      </Empty>
    );
  }
  if (!draft) return <Loading what="the builder" />;
  return (
    <>
      <Heading as="h1" size="lg" mb={3}>
        {textOf(present(draft).spec.name) || "New workflow"}
      </Heading>
      {isChanged(draft) ? null : (
        <Text fontSize="sm" color="fg.muted" mb={2}>
          Name it, choose when it runs, and add what it does. Or{" "}
          <ChakraLink asChild variant="underline">
            <Link to={paths.templates}>begin with a template</Link>
          </ChakraLink>
          , such as a reminder or a follow-up.
        </Text>
      )}
      <Builder id={null} draft={draft} workflow={null} mayEdit />
    </>
  );
}

function ExistingWorkflow({ id }: { id: string }) {
  const query = useWorkflow(id);
  return (
    <Answer query={query} what="the workflow">
      {(workflow) => <EditedWorkflow id={id} workflow={workflow} />}
    </Answer>
  );
}

function EditedWorkflow({ id, workflow }: { id: string; workflow: Workflow }) {
  const account = useAccount(id);
  const draft = useDraft(id);
  useEffect(() => {
    const now = peekDraft(id);
    const isOutdated = now && !isChanged(now) && now.base.version !== workflow.version;
    if (!now || isOutdated) keepDraft(id, begin(baseOf(workflow)));
  }, [id, workflow]);
  const mayEdit = mayChange(account, workflow);
  if (!draft) return <Loading what="the workflow" />;
  return (
    <>
      <WorkflowHead id={id} name={workflow.name} state={workflow.state} />
      {account.name !== "" && !mayEdit ? (
        <Notice kind="info" title="You may look, but not change it">
          That needs the right to edit this workflow&apos;s DAG: ask its organizer
          {workflow.organizer ? `, ${workflow.organizer},` : ""} or whoever administers Airflow.
        </Notice>
      ) : null}
      <Builder id={id} draft={draft} workflow={workflow} mayEdit={mayEdit} />
    </>
  );
}
