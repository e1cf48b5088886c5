import { Box, Table, Text } from "@chakra-ui/react";

import { useEndpoints } from "../../api/health";
import type { EndpointState } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { Moment } from "../../times/Moment";
import { PageLink } from "../../links/PageLink";
import { EnableEndpoint } from "./EnableEndpoint";
import { endpointLook } from "./endpointLook";

const COLUMNS = ["Endpoint", "State", "Failures in a row", "Last error", "Last success"];

/** Where messages go, and whether they arrive there. */
export function EndpointTab() {
  return (
    <>
      <Text color="fg.muted" mb={3}>
        Mail servers, SMS providers and webhooks. One that keeps failing is paused for a while;
        messages to it wait and are tried again. One that says it is gone is disabled.
      </Text>
      <Answer query={useEndpoints()} what="endpoints">
        {({ endpoints }) =>
          endpoints.length === 0 ? (
            <Empty title="No endpoints yet">They appear here with the first message.</Empty>
          ) : (
            <Table.ScrollArea whiteSpace="normal" tabIndex={0} role="group" aria-label="Endpoints">
              <Table.Root size="sm" aria-label="Endpoints">
                <Table.Header>
                  <Table.Row>
                    {COLUMNS.map((name) => (
                      <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
                    ))}
                  </Table.Row>
                </Table.Header>
                <Table.Body>
                  {endpoints.map((endpoint) => (
                    <EndpointRow key={endpoint.key} endpoint={endpoint} />
                  ))}
                </Table.Body>
              </Table.Root>
            </Table.ScrollArea>
          )
        }
      </Answer>
    </>
  );
}

function EndpointRow({ endpoint }: { endpoint: EndpointState }) {
  const { key, channel, state, failures, since, last_error, last_error_code } = endpoint;
  return (
    <Table.Row verticalAlign="top">
      <Table.Cell minWidth="12rem" maxWidth="20rem" overflowWrap="anywhere">
        {key}
        <Text color="fg.muted" fontSize="xs">
          {channel}
          {endpoint.workflow_id ? (
            <>
              , last used by{" "}
              <PageLink to={paths.workflow(endpoint.workflow_id)}>{endpoint.workflow_id}</PageLink>
            </>
          ) : null}
        </Text>
      </Table.Cell>
      <Table.Cell minWidth="12rem" maxWidth="18rem">
        <StatusBadge {...endpointLook(state)} />
        <Until endpoint={endpoint} />
        {state === "closed" ? null : (
          <Box mt={1}>
            <EnableEndpoint endpoint={endpoint} />
          </Box>
        )}
      </Table.Cell>
      <Table.Cell>
        {failures}
        {since ? (
          <Text fontSize="xs" color="fg.muted">
            since <Moment at={since} />
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell minWidth="12rem" overflowWrap="anywhere">
        {last_error ?? "none"}
        {last_error_code ? (
          <Text fontSize="xs" color="fg.muted">
            {last_error_code}, <Moment at={endpoint.last_failure_at} relative />
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell>
        <Moment at={endpoint.last_success_at} relative absent="never" />
      </Table.Cell>
    </Table.Row>
  );
}

/** Until when it is left alone, or why it is not called at all. */
function Until({
  endpoint: { state, probe_at, hold_until, disabled_at, disabled_reason },
}: {
  endpoint: EndpointState;
}) {
  if (state === "disabled") {
    return (
      <Text fontSize="xs" color="fg.muted">
        since <Moment at={disabled_at} />
        {disabled_reason ? `: ${disabled_reason}` : ""}
      </Text>
    );
  }
  const at = [probe_at, hold_until]
    .filter((one) => one !== null)
    .toSorted()
    .at(-1);
  if (state === "closed" ? !hold_until : !at) return null;
  return (
    <Text fontSize="xs" color="fg.muted">
      called again from <Moment at={at} />
    </Text>
  );
}
