import { Box, Code, Text } from "@chakra-ui/react";

import { isRecord } from "../draft/spec";
import { partOf } from "./contentParts";

/** A request as it is sent: address, headers and the data as JSON. */
export function WebhookContent({ content }: { content: Record<string, unknown> }) {
  const { headers, payload } = content;
  const hasHeaders = isRecord(headers) && Object.keys(headers).length > 0;
  const url = partOf(content, "url");
  return (
    <Box borderWidth="1px" borderRadius="md" overflow="hidden" minWidth={0}>
      {url ? (
        <Text px={3} py={2} bg="bg.subtle" borderBottomWidth="1px" fontSize="sm">
          POST <Code overflowWrap="anywhere">{url}</Code>
        </Text>
      ) : null}
      {hasHeaders ? <Json value={headers} label="Headers of the request" /> : null}
      <Json value={payload ?? content} label="Data of the request" />
    </Box>
  );
}

function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <Box
      asChild
      px={3}
      py={2}
      margin={0}
      fontSize="xs"
      fontFamily="mono"
      overflow="auto"
      maxHeight="20rem"
    >
      {/* a region that scrolls must be reachable with the keyboard */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </Box>
  );
}
