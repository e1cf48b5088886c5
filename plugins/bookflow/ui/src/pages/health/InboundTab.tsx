import { Button, Flex, Stack, Table, Text } from "@chakra-ui/react";

import { useInboundRequests } from "../../api/health";
import type { KeptHead } from "../../api/schema";
import { paths } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Empty } from "../../states/Empty";
import { Moment } from "../../times/Moment";
import { PageLink } from "../../links/PageLink";
import { useSearchParts } from "../../urlState/useSearchParts";
import { Choice } from "./Choice";
import { InboundDrawer } from "./InboundDrawer";
import { PagedList } from "./PagedList";
import { ReplayRequest } from "./ReplayRequest";

const SOURCES = {
  "": "All sources",
  "cal-com": "Cal.com",
  calendly: "Calendly",
  "standard-webhooks": "Standard Webhooks",
  "sms-status": "SMS status",
};
const VERDICTS = {
  "": "Whatever became of it",
  accepted: "Accepted",
  duplicate: "Duplicates",
  ignored: "Ignored",
  refused: "Refused",
};

/** What platforms sent, what became of it, and how to run it again. */
export function InboundTab() {
  const [search, change] = useSearchParts();
  const source = search.get("source") ?? "";
  const verdict = search.get("verdict") ?? "";
  const list = useInboundRequests({ source: source || undefined, verdict: verdict || undefined });
  const requests = list.data?.pages.flatMap((page) => page.requests) ?? [];
  const chosen = search.get("request");
  return (
    <Stack gap={3}>
      <Flex gap={3} wrap="wrap">
        <Choice
          label="Source"
          value={source}
          options={SOURCES}
          onChoose={(value) => {
            change({ source: value });
          }}
        />
        <Choice
          label="Result"
          value={verdict}
          options={VERDICTS}
          onChoose={(value) => {
            change({ verdict: value });
          }}
        />
      </Flex>
      <PagedList
        list={list}
        what="inbound requests"
        isEmpty={requests.length === 0}
        empty={
          <Empty title="No inbound requests">
            {source || verdict
              ? "None fits the filters."
              : "Nothing has come in. Point the webhook of your booking platform to bookflow, and each request is listed here."}
          </Empty>
        }
      >
        <Table.ScrollArea
          whiteSpace="normal"
          tabIndex={0}
          role="group"
          aria-label="Inbound requests"
        >
          <Table.Root size="sm" aria-label="Inbound requests">
            <Table.Header>
              <Table.Row>
                {["Received", "Source", "Result", "Event", "Do"].map((name) => (
                  <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
                ))}
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {requests.map((request) => (
                <InboundRow
                  key={request.id}
                  request={request}
                  onShow={() => {
                    change({ request: request.id });
                  }}
                />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      </PagedList>
      {chosen ? (
        <InboundDrawer
          id={chosen}
          onClose={() => {
            change({ request: undefined });
          }}
        />
      ) : null}
    </Stack>
  );
}

function InboundRow({ request, onShow }: { request: KeptHead; onShow: () => void }) {
  const { received_at, source, verdict, reason, trigger, booking_id, replay_of, actor } = request;
  return (
    <Table.Row verticalAlign="top">
      <Table.Cell>
        <Moment at={received_at} />
        {replay_of ? (
          <Text fontSize="xs" color="fg.muted">
            run again by {actor ?? "somebody"}
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell>{source}</Table.Cell>
      <Table.Cell minWidth="12rem" overflowWrap="anywhere">
        <StatusBadge status={verdict} />
        {reason ? <Text fontSize="sm">{reason}</Text> : null}
      </Table.Cell>
      <Table.Cell>
        {trigger?.replaceAll("_", " ") ?? "none"}
        {booking_id ? (
          <Text fontSize="xs">
            <PageLink to={paths.booking(booking_id)}>{booking_id}</PageLink>
          </Text>
        ) : null}
      </Table.Cell>
      <Table.Cell>
        <Flex gap={2}>
          <Button
            size="xs"
            variant="outline"
            aria-label={`Show what ${source} sent`}
            onClick={onShow}
          >
            Show
          </Button>
          <ReplayRequest request={request} />
        </Flex>
      </Table.Cell>
    </Table.Row>
  );
}
