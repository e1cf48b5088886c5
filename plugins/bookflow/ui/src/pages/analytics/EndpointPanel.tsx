import { Table, Text } from "@chakra-ui/react";

import type { EndpointFigures } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { spellCause } from "./causeWords";
import { formatNumber } from "./compareWords";
import { FigurePanel } from "./FigurePanel";
import { PageLink } from "../../links/PageLink";
import { PlainCell } from "../../tables/PlainCell";

const COLUMNS = ["Endpoint", "Deliveries", "Accepted", "Failed", "Went well", "Attempts", "Errors"];

/** What each mail server, SMS provider and webhook took or refused. */
export function EndpointPanel({ endpoints }: { endpoints: EndpointFigures[] }) {
  const title = "Deliveries by endpoint";
  const sheet = {
    name: "endpoints",
    columns: ["Endpoint", "Channel", ...COLUMNS.slice(1)],
    rows: endpoints.map((one) => [
      one.endpoint ?? "none",
      one.channel,
      one.deliveries,
      one.successful,
      one.failed,
      one.success_rate,
      one.attempts,
      spellErrors(one),
    ]),
  };
  return (
    <FigurePanel
      title={title}
      about="Each mail server, SMS provider and webhook that messages went to."
      sheet={sheet}
      tools={
        <PageLink to={withQuery(paths.health, { tab: "endpoints" })}>How they stand now</PageLink>
      }
    >
      {endpoints.length === 0 ? (
        <Text color="fg.muted">No messages went out in this period.</Text>
      ) : (
        <Table.ScrollArea whiteSpace="normal" tabIndex={0} role="group" aria-label={title}>
          <Table.Root size="sm" aria-label={title}>
            <Table.Header>
              <Table.Row>
                {COLUMNS.map((name, index) => (
                  <Table.ColumnHeader key={name} textAlign={isNumber(index) ? "end" : "start"}>
                    {name}
                  </Table.ColumnHeader>
                ))}
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {endpoints.map((one) => (
                <EndpointRow key={`${one.channel} ${one.endpoint ?? ""}`} figures={one} />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      )}
    </FigurePanel>
  );
}

const WIDE = { minWidth: "12rem" };
const isNumber = (index: number) => index > 0 && index < COLUMNS.length - 1;

function EndpointRow({ figures }: { figures: EndpointFigures }) {
  const { endpoint, channel, deliveries, successful, failed, success_rate, attempts } = figures;
  return (
    <tr>
      <PlainCell className="bf-wrap" style={WIDE}>
        {endpoint ?? "Never got as far as an endpoint"}
        <div className="bf-muted bf-small">{channel}</div>
      </PlainCell>
      <PlainCell className="bf-number">{formatNumber(deliveries)}</PlainCell>
      <PlainCell className="bf-number">{formatNumber(successful)}</PlainCell>
      <PlainCell className={failed ? "bf-number bf-bad" : "bf-number"}>
        {formatNumber(failed)}
      </PlainCell>
      <PlainCell className="bf-number">
        {success_rate === null ? "–" : `${formatNumber(success_rate)} %`}
      </PlainCell>
      <PlainCell className="bf-number">{formatNumber(attempts)}</PlainCell>
      <PlainCell style={WIDE}>{spellErrors(figures)}</PlainCell>
    </tr>
  );
}

function spellErrors({ errors }: EndpointFigures): string {
  return errors.map(({ cause, count }) => `${spellCause(cause)} (${String(count)})`).join("; ");
}
