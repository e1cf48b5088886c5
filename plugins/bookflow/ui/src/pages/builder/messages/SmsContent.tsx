import { Box, Text } from "@chakra-ui/react";

import { partOf } from "./contentParts";
import { SmsLength } from "./SmsLength";

/** A text message as it shows on a phone, and what it costs. */
export function SmsContent({ content }: { content: Record<string, unknown> }) {
  const text = partOf(content, "message");
  return (
    <Box maxWidth="22rem">
      <Box bg="bg.emphasized" borderRadius="2xl" borderBottomLeftRadius="sm" px={4} py={2} mb={1}>
        <Text fontSize="sm" whiteSpace="pre-wrap" overflowWrap="anywhere">
          {text || "(empty)"}
        </Text>
      </Box>
      <SmsLength text={text} />
    </Box>
  );
}
