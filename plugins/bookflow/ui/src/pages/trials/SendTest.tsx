import { Box, Button, Field, Heading, Input, List, SimpleGrid, Stack } from "@chakra-ui/react";
import { useState } from "react";

import type { SendTo, Trial } from "../../api/schema";
import { type TrialInput, useLiveTest } from "../../api/trials";
import { useSay } from "../../app/Announcer";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { ConfirmSending } from "./ConfirmSending";
import { LiveDeliveries } from "./LiveDeliveries";
import { sayCount } from "./trialView";

interface Props {
  workflow: string;
  /** What it was tried on, and what it would do there. */
  options: TrialInput;
  trial: Trial;
}

const NOWHERE: Record<keyof SendTo, string> = { email: "", phone: "", webhook_url: "" };

/** Really sends a workflow's messages, marked as a test, to you or to places that are allowed. */
export function SendTest({ workflow, options, trial }: Props) {
  const [to, setTo] = useState(NOWHERE);
  const [isAsking, setAsking] = useState(false);
  const test = useLiveTest(workflow);
  const say = useSay();
  const { messages } = trial.totals;
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
            It goes to your own e-mail address in Airflow, never to the invitee. Phone numbers, URLs
            and other addresses must be listed in <code>BOOKFLOW_TEST_RECIPIENTS</code>; ask whoever
            runs Airflow.
          </List.Item>
          <List.Item>
            At most 10 messages per action. The booking is not changed. Who tested what is recorded.
          </List.Item>
        </List.Root>
      </Notice>
      <SimpleGrid columns={{ base: 1, md: 3 }} gap={3}>
        <Place
          name="E-mail to"
          hint="your own address"
          value={to.email}
          type="email"
          onChange={(email) => {
            setTo({ ...to, email });
          }}
        />
        <Place
          name="Text messages to"
          hint="the first number that is allowed"
          value={to.phone}
          type="tel"
          onChange={(phone) => {
            setTo({ ...to, phone });
          }}
        />
        <Place
          name="Requests to"
          hint="its own URL, where that is allowed"
          value={to.webhook_url}
          type="url"
          onChange={(webhook_url) => {
            setTo({ ...to, webhook_url });
          }}
        />
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
      <ConfirmSending
        isOpen={isAsking}
        to={to}
        trial={trial}
        onCancel={() => {
          setAsking(false);
        }}
        onSend={send}
      />
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

interface PlaceProps {
  name: string;
  hint: string;
  value: string;
  type: string;
  onChange: (value: string) => void;
}

function Place({ name, hint, value, type, onChange }: PlaceProps) {
  return (
    <Field.Root>
      <Field.Label fontSize="sm">{name}</Field.Label>
      <Input
        size="sm"
        type={type}
        value={value}
        placeholder={hint}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      />
      <Field.HelperText>Left empty: {hint}.</Field.HelperText>
    </Field.Root>
  );
}
