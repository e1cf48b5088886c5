import { Box, SegmentGroup, Text } from "@chakra-ui/react";
import { useState } from "react";

import { partOf } from "./contentParts";

/** An e-mail as it arrives: subject, and text or HTML, which can't run or load anything. */
export function EmailContent({ content }: { content: Record<string, unknown> }) {
  const [isText, setText] = useState(false);
  const html = partOf(content, "html");
  const parts = ["HTML", "Text"];
  return (
    <Box borderWidth="1px" borderRadius="md" overflow="hidden" minWidth={0}>
      <Box px={3} py={2} bg="bg.subtle" borderBottomWidth="1px">
        <Text fontSize="xs" color="fg.muted">
          Subject
        </Text>
        <Text fontWeight="medium" overflowWrap="anywhere">
          {partOf(content, "subject") || "(empty)"}
        </Text>
        {html ? (
          <SegmentGroup.Root
            size="xs"
            mt={2}
            aria-label="Part of the e-mail"
            value={isText ? "Text" : "HTML"}
            onValueChange={({ value }) => {
              setText(value === "Text");
            }}
          >
            <SegmentGroup.Indicator />
            <SegmentGroup.Items items={parts} />
          </SegmentGroup.Root>
        ) : null}
      </Box>
      {html && !isText ? (
        <Box asChild width="full" height="16rem" bg="white" display="block">
          <iframe title="HTML of the e-mail" sandbox="" srcDoc={html} />
        </Box>
      ) : (
        <Text px={3} py={2} fontSize="sm" whiteSpace="pre-wrap" overflowWrap="anywhere">
          {partOf(content, "message") || "(empty)"}
        </Text>
      )}
    </Box>
  );
}
