import { Heading, Link as ChakraLink, Stack } from "@chakra-ui/react";

import { StatusBadge } from "../../badges/StatusBadge";
import { Notice } from "../../states/Notice";
import { Moment } from "../../times/Moment";
import { Fact } from "../../facts/Fact";
import { showValue } from "../../words/conditions";
import { readFacts } from "./readFacts";

interface Props {
  booking: Record<string, unknown> | null;
}

/** The booking as it is now: what conditions look at and where messages would go. */
export function BookingFacts({ booking }: Props) {
  if (!booking) {
    return (
      <Notice kind="info" title="The booking no longer exists">
        It was deleted. What was done for it stays on record; nothing further will be sent.
      </Notice>
    );
  }
  const facts = readFacts(booking);
  return (
    <Stack as="section" aria-label="The booking" gap={3} p={4} borderWidth="1px" rounded="md">
      <Heading as="h2" size="md">
        The booking
      </Heading>
      <Stack as="dl" gap={3} fontSize="sm">
        <Fact name="Status">
          <StatusBadge status={facts.status} />
        </Fact>
        <Fact name="Starts">
          <Moment at={facts.start} zone={facts.zone} />
        </Fact>
        <Fact name="Ends">
          <Moment at={facts.end} zone={facts.zone} />
        </Fact>
        {facts.lines.map(({ name, value }) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        {facts.link ? (
          <Fact name="Meeting link">
            <ChakraLink
              href={facts.link}
              target="_blank"
              rel="noopener noreferrer"
              variant="underline"
            >
              {facts.link}
            </ChakraLink>
          </Fact>
        ) : null}
        {facts.answers.map(([question, answer]) => (
          <Fact key={question} name={`Answer: ${question}`}>
            {showValue(answer)}
          </Fact>
        ))}
        <Fact name="Made">
          <Moment at={facts.created} zone={facts.zone} />
        </Fact>
      </Stack>
    </Stack>
  );
}
