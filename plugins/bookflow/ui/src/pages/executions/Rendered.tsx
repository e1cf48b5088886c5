import { Box, Code, Stack, Table, Text } from "@chakra-ui/react";

import { recipientInWords } from "../../words/actions";
import { showValue } from "../../words/conditions";

interface Props {
  type: string | null | undefined;
  rendered: unknown;
  /** Shows only the message to this recipient, where there is one. */
  recipient?: string | null;
}

type Content = Record<string, unknown>;

/** What an action said or changed, as it was rendered; secrets are masked by the API. */
export function Rendered({ type, rendered, recipient }: Props) {
  if (!isContent(rendered)) return <Pretty value={rendered} />;
  if (type === "update_booking") return <Changes content={rendered} />;
  const all = Array.isArray(rendered.messages) ? rendered.messages.filter(isContent) : [rendered];
  const own = all.filter((message) => message.recipient === recipient);
  const messages = recipient && own.length > 0 ? own : all;
  const more =
    typeof rendered.more_messages === "number" && messages === all ? rendered.more_messages : 0;
  return (
    <Stack gap={3}>
      {messages.map((message, place) => (
        <OneMessage key={place} type={type} content={message} />
      ))}
      {more > 0 ? <Text fontSize="sm">And {more} more of the same kind.</Text> : null}
    </Stack>
  );
}

function OneMessage({ type, content }: { type: string | null | undefined; content: Content }) {
  const { html, message, subject, to, recipient, problem } = content;
  if (type === "webhook") return <Pretty value={content.payload ?? content} />;
  if (typeof message !== "string" && typeof html !== "string") {
    return typeof problem === "string" ? (
      <Text fontSize="sm">Nothing: {problem}</Text>
    ) : (
      <Pretty value={content} />
    );
  }
  return (
    <Box borderWidth="1px" rounded="md" overflow="hidden">
      <Box px={3} py={2} bg="bg.subtle" fontSize="sm">
        <Text overflowWrap="anywhere">
          To {typeof recipient === "string" ? `${recipientInWords(recipient)} ` : null}
          {typeof to === "string" && to !== "" ? <Code size="sm">{to}</Code> : null}
        </Text>
        {typeof subject === "string" ? <Text fontWeight="medium">{subject}</Text> : null}
      </Box>
      {typeof html === "string" ? (
        // a sandbox without scripts, forms or the page's own origin, white as mail programs are
        <iframe
          title="The e-mail as it looks"
          sandbox=""
          srcDoc={html}
          style={{ width: "100%", height: "16rem", border: 0, background: "white" }}
        />
      ) : null}
      {typeof message === "string" ? (
        <Text as="pre" px={3} py={2} fontSize="sm" whiteSpace="pre-wrap" overflowWrap="anywhere">
          {message}
        </Text>
      ) : null}
    </Box>
  );
}

function Changes({ content }: { content: Content }) {
  const before = isContent(content.before) ? content.before : {};
  const after = isContent(content.fields) ? content.fields : {};
  return (
    <Table.ScrollArea>
      <Table.Root size="sm" aria-label="Changed fields">
        <Table.Header>
          <Table.Row>
            <Table.ColumnHeader>Field</Table.ColumnHeader>
            <Table.ColumnHeader>Before</Table.ColumnHeader>
            <Table.ColumnHeader>After</Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {Object.entries(after).map(([field, value]) => (
            <Table.Row key={field}>
              <Table.Cell>{field}</Table.Cell>
              <Table.Cell>{showValue(before[field])}</Table.Cell>
              <Table.Cell>{showValue(value)}</Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}

function Pretty({ value }: { value: unknown }) {
  return (
    <Box as="pre" fontSize="xs" overflowX="auto" p={3} bg="bg.subtle" rounded="md">
      {JSON.stringify(value, null, 2)}
    </Box>
  );
}

function isContent(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
