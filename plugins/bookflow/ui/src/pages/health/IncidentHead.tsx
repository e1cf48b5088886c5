import { Flex, Heading } from "@chakra-ui/react";
import type { ReactNode } from "react";

import type { IncidentState } from "../../api/schema";
import { StatusBadge } from "../../badges/StatusBadge";
import { Ticked } from "../../states/Ticked";

interface Props {
  incident: IncidentState;
  level: "h1" | "h2";
  /** What the heading leads to, if anything. */
  subject?: ReactNode;
  /** Stands on the right, such as a button. */
  children?: ReactNode;
}

/** How an incident stands and what it is about, in a line. */
export function IncidentHead({ incident, level, subject, children }: Props) {
  return (
    <Flex justify="space-between" align="flex-start" gap={3} wrap="wrap">
      <Flex gap={2} align="center" wrap="wrap" flex="1 1 16rem" minWidth={0}>
        <StatusBadge status={incident.state === "open" ? incident.severity : "closed"} />
        <Heading
          as={level}
          size={level === "h1" ? "lg" : "sm"}
          minWidth={0}
          overflowWrap="anywhere"
        >
          {subject ?? <Ticked>{incident.subject}</Ticked>}
        </Heading>
      </Flex>
      {children}
    </Flex>
  );
}
