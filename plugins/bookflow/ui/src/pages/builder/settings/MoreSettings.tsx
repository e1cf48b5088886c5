import { Box, Button, HStack, Input, VStack } from "@chakra-ui/react";
import { useState } from "react";

import { issuesUnder } from "../draft/issues";
import { isRecord, textOf, withKey } from "../draft/spec";
import { useEditing } from "../editing";
import { DurationInput } from "./DurationInput";
import { SpecField } from "./SpecField";
import { WordsInput } from "./WordsInput";

const KEYS = ["quiet_hours", "digest", "tags"];

/** What few workflows need: quiet hours, gathering messages, tags; drawn once it is opened. */
export function MoreSettings() {
  const { spec, errors } = useEditing();
  const [wasOpened, setWasOpened] = useState(false);
  const isUsed = KEYS.some((key) => key in spec);
  const isWrong = KEYS.some((key) => issuesUnder(errors, key).length);
  return (
    <details
      open={isUsed || isWrong}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) setWasOpened(true);
      }}
    >
      <Box as="summary" cursor="pointer" fontSize="sm" fontWeight="medium" py={1}>
        Quiet hours, gathering, tags
      </Box>
      {isUsed || isWrong || wasOpened ? <SeldomNeeded /> : null}
    </details>
  );
}

function SeldomNeeded() {
  const { spec, edit, isLocked } = useEditing();
  const quiet = isRecord(spec.quiet_hours) ? spec.quiet_hours : {};
  const digest = isRecord(spec.digest) ? spec.digest : {};
  const setPart = (owner: string, part: string, value: unknown) => {
    edit((now) => {
      const before = isRecord(now[owner]) ? now[owner] : {};
      const after = withKey(before, part, value);
      return withKey(now, owner, Object.keys(after).length ? after : undefined);
    }, `${owner}.${part}`);
  };
  const tags = Array.isArray(spec.tags) ? spec.tags.map(textOf) : [];
  return (
    <VStack gap={4} align="stretch" pt={2}>
      <SpecField
        path="quiet_hours"
        label="Quiet hours"
        help="Of the recipient's day. What falls into them goes out at their end."
      >
        <HStack gap={2} width="full">
          {(["start", "end"] as const).map((part) => (
            <Input
              key={part}
              size="sm"
              type="time"
              aria-label={part === "start" ? "Quiet hours begin" : "Quiet hours end"}
              value={clockOf(quiet[part])}
              onChange={({ currentTarget }) => {
                setPart("quiet_hours", part, currentTarget.value);
              }}
            />
          ))}
          {isLocked ? null : (
            <Button
              size="xs"
              variant="outline"
              onClick={() => {
                const usual = { start: "21:00", end: "08:00" };
                const next = "quiet_hours" in spec ? undefined : usual;
                edit((now) => withKey(now, "quiet_hours", next), "quiet_hours");
              }}
            >
              {"quiet_hours" in spec ? "None" : "21:00 to 8:00"}
            </Button>
          )}
        </HStack>
      </SpecField>
      <SpecField
        path="digest"
        label="Gather messages for"
        help="What one recipient would get from one action within this time goes out as one message."
      >
        <DurationInput
          label="Gather messages for"
          examples={["1h", "24h"]}
          value={digest.window}
          isDisabled={isLocked}
          onChange={(value) => {
            setPart("digest", "window", value);
          }}
        />
      </SpecField>
      {"window" in digest ? (
        <SpecField path="digest.subject" label="Subject of the gathered e-mail">
          <Input
            size="sm"
            value={textOf(digest.subject)}
            placeholder="{{ digest_count }} new bookings"
            onChange={({ currentTarget }) => {
              setPart("digest", "subject", currentTarget.value);
            }}
          />
        </SpecField>
      ) : null}
      <SpecField path="tags" label="Tags" help="Words to find it by in Airflow.">
        <WordsInput
          label="Tags"
          value={tags}
          isDisabled={isLocked}
          onChange={(words) => {
            edit((now) => withKey(now, "tags", words.length ? words : undefined), "tags");
          }}
        />
      </SpecField>
    </VStack>
  );
}

/** `8:00` as the browser's clock wants it. */
function clockOf(value: unknown): string {
  const text = textOf(value).trim();
  return text && text.padStart(5, "0");
}
