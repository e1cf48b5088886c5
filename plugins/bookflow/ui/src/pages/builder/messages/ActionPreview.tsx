import { Box, Field, Flex, NativeSelect, Stack, Text } from "@chakra-ui/react";
import { useId, useState } from "react";

import { ApiProblem } from "../../../api/client";
import type { TriedAction } from "../../../api/schema";
import { isSample, nameBooking, sampleId } from "../../../api/trials";
import { Loading } from "../../../states/Loading";
import { Notice } from "../../../states/Notice";
import { viewerZone } from "../../../times/formats";
import { Ticked } from "../../../states/Ticked";
import { MessageHead, SentMessage } from "./SentMessage";
import { type Preview, type PreviewState, usePreview } from "./usePreview";

interface Props {
  /** The whole spec as it is edited. */
  spec: Record<string, unknown>;
  /** The action's name. */
  action: string;
  /** The pinned booking; a typical sample without one. */
  booking?: string;
}

const ZONES = ["America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin"];
const MORE_ZONES = ["Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney"];

/** Shows what an action would send for a booking, while it is edited; nothing is sent. */
export default function ActionPreview({ spec, action, booking = sampleId() }: Props) {
  const [audience, setAudience] = useState("itself");
  const [zone, setZone] = useState("");
  const state = usePreview(spec, action, booking, audience === "itself" ? audience : "both", zone);
  const type = state.shown?.outcome.type;
  const isToPeople = type === "send_email" || type === "send_sms";
  return (
    <Box as="section" aria-label="Preview" minWidth={0}>
      <Flex gap={3} wrap="wrap" align="flex-end" mb={3}>
        {isToPeople ? (
          <>
            <Choice label="Show it to" value={audience} onChange={setAudience}>
              <option value="itself">whoever gets it</option>
              <option value="invitee">the invitee</option>
              <option value="organizer">the organizer</option>
            </Choice>
            <Choice label="Invitee's time zone" value={zone} onChange={setZone}>
              <option value="">as in the booking</option>
              {[...new Set([viewerZone(), ...ZONES, ...MORE_ZONES])].map((name) => (
                <option key={name} value={name}>
                  {name.replaceAll("_", " ")}
                </option>
              ))}
            </Choice>
          </>
        ) : null}
        <Text fontSize="xs" color="fg.muted">
          {nameBooking(booking)}. Nothing is sent.
        </Text>
      </Flex>
      <PreviewBody state={state} audience={audience} booking={booking} />
    </Box>
  );
}

interface BodyProps {
  state: PreviewState;
  audience: string;
  booking: string;
}

function PreviewBody({ state: { shown, problem, isLoading }, audience, booking }: BodyProps) {
  if (!shown) {
    if (problem) return <Trouble problem={problem} booking={booking} hasOlder={false} />;
    return isLoading ? <Loading what="the preview" /> : null;
  }
  return (
    <>
      {problem ? <Trouble problem={problem} booking={booking} hasOlder /> : null}
      <Skipped outcome={shown.outcome} />
      <Box opacity={problem ? 0.6 : 1}>
        <Messages shown={shown} audience={audience} />
      </Box>
    </>
  );
}

/** Says that the action itself would send nothing, although its content is shown. */
function Skipped({ outcome: { status, reason } }: { outcome: TriedAction }) {
  if (status !== "skipped" && status !== "invalid") return null;
  const isInvalid = status === "invalid";
  return (
    <Notice
      kind={isInvalid ? "warning" : "info"}
      title={
        isInvalid ? "It could not be sent for this booking" : "It would be skipped for this booking"
      }
    >
      <Ticked>{reason ?? ""}</Ticked>
    </Notice>
  );
}

function Messages({ shown, audience }: { shown: Preview; audience: string }) {
  const { content, before } = shown;
  const messages = content.messages.filter(
    ({ recipient }) => audience === "itself" || recipient === audience,
  );
  if (!messages.length) {
    return (
      <Text fontSize="sm" color="fg.muted">
        {content.reason ?? "There is nothing to show for them."}
      </Text>
    );
  }
  return (
    <Stack gap={4}>
      {messages.map((message, index) => (
        <Box key={index} minWidth={0}>
          <MessageHead message={message} />
          <SentMessage channel={message.channel} content={message.content} before={before} />
        </Box>
      ))}
      {content.more_messages ? (
        <Text fontSize="xs" color="fg.muted">
          And {content.more_messages} more of the same kind.
        </Text>
      ) : null}
    </Stack>
  );
}

interface TroubleProps {
  problem: Error;
  booking: string;
  /** Whether an older preview stands below. */
  hasOlder: boolean;
}

function Trouble({ problem, booking, hasOlder }: TroubleProps) {
  const issues = problem instanceof ApiProblem ? problem.issues : [];
  const isRefused = problem instanceof ApiProblem && problem.status === 403 && !isSample(booking);
  const title = hasOlder ? "This is the last preview that worked" : "There is no preview yet";
  return (
    <Notice kind={issues.length || isRefused ? "info" : "warning"} title={title}>
      {isRefused ? "To see edits on real bookings you need the right to edit this workflow. " : ""}
      {isRefused ? "Choose a sample booking instead. " : ""}
      <Ticked>{issues[0]?.message ?? problem.message}</Ticked>
    </Notice>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: React.ReactNode;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <Field.Root width="auto" ids={{ control: id }}>
      <Field.Label fontSize="xs">{label}</Field.Label>
      <NativeSelect.Root size="xs" width="12rem">
        <NativeSelect.Field
          value={value}
          onChange={({ currentTarget }) => {
            onChange(currentTarget.value);
          }}
        >
          {children}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
    </Field.Root>
  );
}
