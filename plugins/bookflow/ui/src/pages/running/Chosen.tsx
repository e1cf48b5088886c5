import { Button, HStack, Text } from "@chakra-ui/react";

interface Props {
  what: string;
  name: string;
  /** Absent where it is given by the page. */
  onChange?: ((none: undefined) => void) | undefined;
}

/** What was chosen, and the way to choose another. */
export function Chosen({ what, name, onChange }: Props) {
  return (
    <HStack gap={2} wrap="wrap" minWidth={0}>
      <Text color="fg.muted">{what}:</Text>
      <Text fontWeight="medium" overflowWrap="anywhere">
        {name}
      </Text>
      {onChange ? (
        <Button
          size="xs"
          variant="outline"
          onClick={() => {
            onChange(undefined);
          }}
        >
          Choose another {what.toLowerCase()}
        </Button>
      ) : null}
    </HStack>
  );
}
