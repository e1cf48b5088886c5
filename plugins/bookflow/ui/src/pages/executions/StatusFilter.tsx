import { Box, Button, HStack, Text } from "@chakra-ui/react";
import { useId } from "react";

import { STATUSES } from "./filterQuery";

interface Props {
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

/** Chooses any number of statuses; none chosen means all. */
export function StatusFilter({ chosen, onChange }: Props) {
  const label = useId();
  return (
    <Box role="group" aria-labelledby={label}>
      <Text id={label} fontSize="xs" color="fg.muted" mb={1.5}>
        Status
      </Text>
      <HStack wrap="wrap" gap={1}>
        {STATUSES.map((status) => {
          const isChosen = chosen.includes(status);
          return (
            <Button
              key={status}
              size="sm"
              px={2.5}
              variant={isChosen ? "solid" : "outline"}
              aria-pressed={isChosen}
              textTransform="capitalize"
              onClick={() => {
                onChange(isChosen ? chosen.filter((one) => one !== status) : [...chosen, status]);
              }}
            >
              {status}
            </Button>
          );
        })}
      </HStack>
    </Box>
  );
}
