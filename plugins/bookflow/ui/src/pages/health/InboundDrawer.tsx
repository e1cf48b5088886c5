import { CloseButton, Code, Drawer, Heading, Portal, Text } from "@chakra-ui/react";

import { useInboundRequest } from "../../api/health";
import type { KeptRequest } from "../../api/schema";
import { Answer } from "../../states/Answer";
import { Moment } from "../../times/Moment";

interface Props {
  id: string;
  onClose: () => void;
}

/** What a request held, personal data masked. */
export function InboundDrawer({ id, onClose }: Props) {
  return (
    <Drawer.Root
      open
      size="lg"
      onOpenChange={({ open }) => {
        if (!open) onClose();
      }}
    >
      <Portal>
        <Drawer.Backdrop />
        <Drawer.Positioner>
          <Drawer.Content>
            <Drawer.Header>
              <Drawer.Title>Inbound request</Drawer.Title>
            </Drawer.Header>
            <Drawer.Body>
              <Answer query={useInboundRequest(id)} what="the request">
                {(request) => <Content request={request} />}
              </Answer>
            </Drawer.Body>
            <Drawer.CloseTrigger asChild>
              <CloseButton size="sm" aria-label="Close" />
            </Drawer.CloseTrigger>
          </Drawer.Content>
        </Drawer.Positioner>
      </Portal>
    </Drawer.Root>
  );
}

function Content({ request }: { request: KeptRequest }) {
  const { source, received_at, remote, size, verdict, reason } = request;
  return (
    <>
      <Text>
        {source}, <Moment at={received_at} />
        {remote ? `, from ${remote}` : ""}, {size.toLocaleString()} bytes: {verdict}
        {reason ? `, ${reason}` : ""}.
      </Text>
      <Text color="fg.muted" fontSize="sm">
        Names, addresses, phone numbers and answers are masked.
      </Text>
      <Data title="Headers" value={request.headers} />
      <Data title="Body" value={request.body ?? "not kept"} />
    </>
  );
}

/** A value as JSON, in lines that wrap. */
function Data({ title, value }: { title: string; value: unknown }) {
  return (
    <>
      <Heading as="h3" size="xs" mt={4} mb={1}>
        {title}
      </Heading>
      <Code
        as="pre"
        display="block"
        p={3}
        whiteSpace="pre-wrap"
        overflowWrap="anywhere"
        fontSize="xs"
      >
        {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
      </Code>
    </>
  );
}
