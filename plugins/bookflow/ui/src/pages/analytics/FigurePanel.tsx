import { Box, Button, Flex, Heading, Text } from "@chakra-ui/react";
import { type ReactNode, useId } from "react";

import { type Sheet, saveSheet } from "./sheet";

interface Props {
  title: string;
  /** What the figures mean, in a sentence. */
  about?: string;
  sheet: Sheet;
  /** Further buttons of the panel. */
  tools?: ReactNode;
  children: ReactNode;
}

/** A section of figures that can be saved as CSV. */
export function FigurePanel({ title, about, sheet, tools, children }: Props) {
  const heading = useId();
  return (
    <Box
      as="section"
      aria-labelledby={heading}
      borderWidth="1px"
      borderRadius="md"
      p={4}
      minWidth={0}
    >
      <Flex justify="space-between" align="flex-start" gap={2} wrap="wrap" mb={3}>
        <Box flex="1 1 14rem" minWidth={0}>
          <Heading as="h2" size="sm" id={heading}>
            {title}
          </Heading>
          {about ? (
            <Text color="fg.muted" fontSize="xs">
              {about}
            </Text>
          ) : null}
        </Box>
        <Flex gap={2}>
          {tools}
          <Button
            size="xs"
            variant="outline"
            aria-label={`Download as CSV: ${title}`}
            disabled={sheet.rows.length === 0}
            onClick={() => {
              saveSheet(sheet);
            }}
          >
            CSV
          </Button>
        </Flex>
      </Flex>
      {children}
    </Box>
  );
}
