import { Link as ChakraLink, Table, Text } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { hasEnded } from "../../api/executions";
import type { ExecutionSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Moment } from "../../times/Moment";
import { nameTrigger } from "../dashboard/triggerWords";
import { ActionFigures } from "./ActionFigures";
import { ReasonText } from "./ReasonText";
import { NARROW } from "./tableLook";

export type Column = "workflow" | "booking";

interface Props {
  execution: ExecutionSummary;
  hidden: readonly Column[];
  time: "created_at" | "due_at" | "completed_at";
}

/** One execution: a row of the table, or a card where that is narrow. */
export function ExecutionRow({ execution, hidden, time }: Props) {
  return (
    <Table.Row css={{ [NARROW]: { display: "block", py: "3", borderBottomWidth: "1px" } }}>
      <Cell>
        <ChakraLink asChild aria-label={`${execution.status}, see the execution`}>
          <Link to={paths.execution(execution.id)}>
            <StatusBadge status={execution.status} />
          </Link>
        </ChakraLink>
        <StatusReason execution={execution} />
      </Cell>
      {hidden.includes("workflow") ? null : (
        <Cell label="Workflow">
          <ChakraLink asChild color="fg.info">
            <Link to={paths.workflow(execution.workflow_id)}>{execution.workflow_id}</Link>
          </ChakraLink>
        </Cell>
      )}
      {hidden.includes("booking") ? null : (
        <Cell label="Booking">
          <ChakraLink asChild color="fg.info">
            <Link to={paths.booking(execution.booking_id)}>{execution.booking_id}</Link>
          </ChakraLink>
        </Cell>
      )}
      <Cell label="Trigger">{execution.trigger ? nameTrigger(execution.trigger) : "—"}</Cell>
      <Cell label="Actions">
        <ActionFigures {...execution} />
      </Cell>
      <Cell label="When">
        <Moment at={execution[time]} relative absent="not ended" />
      </Cell>
    </Table.Row>
  );
}

function StatusReason({ execution }: { execution: ExecutionSummary }) {
  if (execution.error_message) {
    return (
      <Text fontSize="xs" color="fg.muted" mt={1} maxWidth="22rem" lineClamp={3}>
        <ReasonText reason={execution.error_message} />
      </Text>
    );
  }
  if (hasEnded(execution.status) || !execution.next_attempt_at) return null;
  return (
    <Text fontSize="xs" color="fg.muted" mt={1}>
      goes on <Moment at={execution.next_attempt_at} />
    </Text>
  );
}

/** In a card the name of its column stands before it. */
function Cell({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <Table.Cell
      role="cell"
      verticalAlign="top"
      overflowWrap="anywhere"
      css={{
        [NARROW]: {
          display: label ? "grid" : "block",
          gridTemplateColumns: "6rem minmax(0, 1fr)",
          borderWidth: "0",
          py: "0.5",
          px: "1",
        },
      }}
    >
      {label ? (
        <Text
          as="span"
          aria-hidden
          display="none"
          color="fg.muted"
          css={{ [NARROW]: { display: "block" } }}
        >
          {label}
        </Text>
      ) : null}
      {children}
    </Table.Cell>
  );
}
