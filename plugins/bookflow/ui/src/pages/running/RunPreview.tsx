import { Box, List, Stack, Text } from "@chakra-ui/react";

import { useAccount } from "../../api/account";
import { useLastRun, useRunTrial } from "../../api/running";
import type { TriedAction } from "../../api/schema";
import { paths } from "../../app/paths";
import { PageLink } from "../../links/PageLink";
import { Answer } from "../../states/Answer";
import { Notice } from "../../states/Notice";
import { Ticked } from "../../states/Ticked";
import { Moment } from "../../times/Moment";
import { reasonInWords } from "../../words/reasons";
import { MessageHead, SentMessage } from "../builder/messages/SentMessage";

interface Props {
  workflow: string;
  booking: string;
}

/** What a run would do now, to whom, and whether it has run for this booking before. */
export function RunPreview({ workflow, booking }: Props) {
  const trial = useRunTrial(workflow, booking);
  const account = useAccount(workflow);
  const mayRun = account.may_run || account.name === "";
  return (
    <Stack gap={3} as="section" aria-label="What will be done">
      {mayRun ? null : (
        <Notice kind="warning" title="You may not run this workflow">
          That needs the permission to trigger its DAG; ask an Airflow admin.
        </Notice>
      )}
      <EarlierRun workflow={workflow} booking={booking} />
      <Answer query={trial} what="what will be done">
        {(data) => (
          <Stack gap={3}>
            {data.matches ? null : (
              <Notice kind="error" title="It can’t run">
                {data.reason}. Activate it first.
              </Notice>
            )}
            <Text fontSize="sm" color="fg.muted">
              It runs now, whatever its trigger and delay. Conditions count as always.
            </Text>
            {data.actions.map((action) => (
              <ActionPlan key={action.name} action={action} />
            ))}
          </Stack>
        )}
      </Answer>
    </Stack>
  );
}

/** The same message twice is what invitees complain of: so it is said before. */
function EarlierRun({ workflow, booking }: Props) {
  const { data: last } = useLastRun(workflow, booking);
  if (!last) return null;
  return (
    <Notice kind="warning" title="It has run for this booking before">
      The last time: <PageLink to={paths.execution(last.id)}>{last.status}</PageLink>,{" "}
      <Moment at={last.completed_at ?? last.due_at} relative />. Running it again sends its messages
      again.
    </Notice>
  );
}

function ActionPlan({ action }: { action: TriedAction }) {
  const { name, status, reason, messages, more_messages } = action;
  const reached = messages.filter(({ channel, address }) => channel === "update" || address);
  const unreached = messages.filter((message) => !reached.includes(message));
  const isDone = status === "would_run" || status === "waits";
  return (
    <Box borderWidth="1px" rounded="md" px={3} py={2} minWidth={0}>
      <Text fontWeight="medium" overflowWrap="anywhere" color={isDone ? undefined : "fg.muted"}>
        {name}
        {isDone ? null : status === "skipped" ? ": will be skipped" : ": can’t run"}
      </Text>
      {reason ? (
        <Text fontSize="sm" color="fg.muted">
          <Ticked>{reasonInWords(reason)}</Ticked>
        </Text>
      ) : null}
      {isDone ? (
        <List.Root listStyleType="none" mt={1}>
          {reached.map((message, place) => (
            <List.Item key={place}>
              <MessageHead message={message} />
              <details>
                <summary>What it says</summary>
                <Box mt={2}>
                  <SentMessage channel={message.channel} content={message.content} />
                </Box>
              </details>
            </List.Item>
          ))}
        </List.Root>
      ) : null}
      {isDone && unreached.length ? (
        <Text fontSize="sm" color="fg.muted">
          {unreached.length === 1 ? "One person gets" : `${String(unreached.length)} people get`}{" "}
          nothing: {[...new Set(unreached.map((message) => message.reason))].join("; ")}.
        </Text>
      ) : null}
      {more_messages ? (
        <Text fontSize="xs" color="fg.muted">
          And {more_messages} more of the same kind.
        </Text>
      ) : null}
    </Box>
  );
}
