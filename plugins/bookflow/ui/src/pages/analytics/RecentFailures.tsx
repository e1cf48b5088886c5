import { Box, Heading, Table, Text } from "@chakra-ui/react";

import type { ExecutionSummary } from "../../api/schema";
import { paths } from "../../app/paths";
import { Moment } from "../../times/Moment";
import { failedExecutions } from "../../links/executionLinks";
import { PageLink } from "../../links/PageLink";

interface Props {
  workflow: string;
  failures: ExecutionSummary[];
}

/** The newest failed executions of a workflow, whichever period is chosen. */
export function RecentFailures({ workflow, failures }: Props) {
  const title = "Newest failed executions";
  return (
    <Box as="section" aria-label={title} borderWidth="1px" borderRadius="md" p={4} minWidth={0}>
      <Heading as="h2" size="sm">
        {title}
      </Heading>
      <Text color="fg.muted" fontSize="xs" mb={3}>
        Whichever period is chosen.{" "}
        <PageLink to={failedExecutions(workflow)}>All with a failed action</PageLink>
      </Text>
      {failures.length === 0 ? (
        <Text color="fg.muted">None is kept.</Text>
      ) : (
        <Table.ScrollArea whiteSpace="normal" tabIndex={0} role="group" aria-label={title}>
          <Table.Root size="sm" aria-label={title}>
            <Table.Header>
              <Table.Row>
                {["When", "Booking", "What went wrong"].map((name) => (
                  <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
                ))}
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {failures.map((one) => (
                <Table.Row key={one.id}>
                  <Table.Cell>
                    <PageLink to={paths.execution(one.id)}>
                      <Moment at={one.completed_at ?? one.due_at} relative />
                    </PageLink>
                  </Table.Cell>
                  <Table.Cell>
                    <PageLink to={paths.booking(one.booking_id)}>{one.booking_id}</PageLink>
                  </Table.Cell>
                  <Table.Cell minWidth="16rem" overflowWrap="anywhere">
                    {one.error_message ?? `${String(one.actions_failed)} actions failed`}
                  </Table.Cell>
                </Table.Row>
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      )}
    </Box>
  );
}
