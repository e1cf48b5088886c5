import { Box, Button, Heading, List, SimpleGrid, Stack } from "@chakra-ui/react";
import { useState } from "react";

import { useAccount } from "../../api/account";
import type { SendTo, Trial } from "../../api/schema";
import { type TrialInput, useLiveTest } from "../../api/trials";
import { useSay } from "../../app/Announcer";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { ConfirmSending } from "./ConfirmSending";
import { LiveDeliveries } from "./LiveDeliveries";
import { PlaceInput } from "./PlaceInput";
import { placesOf } from "./testPlaces";
import { sayCount } from "./trialView";

interface Props {
  workflow: string;
  /** What it was tried on, and what it would do there. */
  options: TrialInput;
  trial: Trial;
}

const NOWHERE: Record<keyof SendTo, string> = { email: "", phone: "", webhook_url: "" };
const INPUTS = [
  { channel: "email", key: "email", name: "E-mail to", type: "email" },
  { channel: "sms", key: "phone", name: "Text messages to", type: "tel" },
  { channel: "webhook", key: "webhook_url", name: "Requests to", type: "url" },
] as const;

/** Really sends a workflow's messages, marked as a test, to you or to places that are allowed. */
export function SendTest({ workflow, options, trial }: Props) {
  const [to, setTo] = useState(NOWHERE);
  const [isAsking, setAsking] = useState(false);
  const test = useLiveTest(workflow);
  const say = useSay();
  const { messages } = trial.totals;
  const places = placesOf(useAccount(workflow));
  const channels = new Set(
    trial.actions.flatMap((action) => action.messages.map(({ channel }) => channel)),
  );
  const send = () => {
    setAsking(false);
    const given = Object.entries(to).filter(([, place]) => place.trim());
    const send_to = given.length ? (Object.fromEntries(given) as unknown as SendTo) : null;
    test.mutate(
      { ...options, send_to },
      {
        onSuccess: ({ deliveries }) => {
          const sent = (deliveries ?? []).filter(({ status }) => status === "sent").length;
          say(`The test sent ${sayCount(sent, "message")}.`, sent ? "success" : "warning");
        },
      },
    );
  };
  return (
    <Stack gap={4} mb={6}>
      <Notice kind="warning" title="This really sends">
        <List.Root ps={4} gap={1}>
          <List.Item>Every message is marked as a test, and is sent at once and once.</List.Item>
          <List.Item>
            It goes to the places below, never to the invitee. More places: ask whoever runs Airflow
            to list them in <code>BOOKFLOW_TEST_RECIPIENTS</code>.
          </List.Item>
          <List.Item>
            At most 10 messages per action. The booking is not changed. Who tested what is recorded.
          </List.Item>
        </List.Root>
      </Notice>
      <SimpleGrid columns={{ base: 1, md: 3 }} gap={3}>
        {INPUTS.filter(({ channel }) => channels.has(channel)).map(
          ({ channel, key, name, type }) => (
            <PlaceInput
              key={key}
              name={name}
              type={type}
              places={places[channel]}
              value={to[key]}
              onChange={(place) => {
                setTo({ ...to, [key]: place });
              }}
            />
          ),
        )}
      </SimpleGrid>
      <Box>
        <Button
          size="sm"
          colorPalette="orange"
          loading={test.isPending}
          disabled={!messages}
          onClick={() => {
            setAsking(true);
          }}
        >
          Send {sayCount(messages, "test message")}…
        </Button>
      </Box>
      {messages ? null : (
        <Notice kind="info">
          No action would send anything for this booking, so there is nothing to test. Choose
          another booking above; below you see why each action is skipped.
        </Notice>
      )}
      {isAsking ? (
        <ConfirmSending
          to={to}
          places={places}
          trial={trial}
          onCancel={() => {
            setAsking(false);
          }}
          onSend={send}
        />
      ) : null}
      {test.error ? <Failure problem={test.error} /> : null}
      {test.data ? (
        <Box as="section" aria-label="What was sent">
          <Heading as="h2" size="sm" mb={2}>
            What was sent
          </Heading>
          <LiveDeliveries deliveries={test.data.deliveries ?? []} />
        </Box>
      ) : null}
    </Stack>
  );
}
