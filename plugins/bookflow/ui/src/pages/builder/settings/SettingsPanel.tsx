import { Box, Heading, VStack } from "@chakra-ui/react";

import { useChoices } from "../../../api/workflows";
import { textOf, withKey } from "../draft/spec";
import { useEditing } from "../editing";
import { InTurn } from "../../../pacing/InTurn";
import { MoreSettings } from "./MoreSettings";
import { SpecField } from "./SpecField";
import { SpecText } from "./SpecText";
import { TriggerFields } from "./TriggerFields";
import { WordsInput } from "./WordsInput";

/** The workflow itself: what starts it, for which bookings, and whose it is. */
export function SettingsPanel({ isNew }: { isNew: boolean }) {
  const { spec, edit, isLocked } = useEditing();
  const { data } = useChoices();
  const types = Array.isArray(spec.event_types) ? spec.event_types.map(textOf) : [];
  return (
    <Box as="section" aria-label="The workflow">
      <Heading as="h2" size="sm" mb={3}>
        When it runs
      </Heading>
      <VStack gap={4} align="stretch">
        <TriggerFields />
        <SpecField
          path="event_types"
          label="Event types"
          help="Only bookings of these. Empty: bookings of every event type."
        >
          <WordsInput
            label="Event types"
            value={types}
            known={data?.event_types ?? []}
            placeholder="Every event type"
            isDisabled={isLocked}
            onChange={(words) => {
              edit((now) => withKey(now, "event_types", words.length ? words : undefined), "types");
            }}
          />
        </SpecField>
        <InTurn room="20rem">
          <Heading as="h2" size="sm" mt={2}>
            About it
          </Heading>
          {isNew ? (
            <SpecText
              name="id"
              label="Id"
              isMono
              isRequired
              placeholder="booking-confirmation"
              help="Small letters, digits and hyphens. Names the file, and stays as it is."
            />
          ) : null}
          <SpecText name="description" label="Description" isLong />
          <SpecText
            name="organizer"
            label="Organizer"
            isRequired
            placeholder="olive@example.org"
            help="E-mail address or id of whoever owns it."
            known={data?.organizers ?? []}
          />
          <MoreSettings />
        </InTurn>
      </VStack>
    </Box>
  );
}
