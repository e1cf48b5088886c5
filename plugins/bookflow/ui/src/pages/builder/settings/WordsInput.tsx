import { Button, HStack, TagsInput, Text } from "@chakra-ui/react";

interface Props {
  label: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  placeholder?: string;
  /** Words to choose by a click. */
  known?: readonly string[];
  isDisabled?: boolean;
}

const MOST_KNOWN = 8;

/** Several words, such as event types; Enter adds what is typed. */
export function WordsInput({ label, value, onChange, placeholder, known = [], isDisabled }: Props) {
  const others = known.filter((word) => !value.includes(word)).slice(0, MOST_KNOWN);
  return (
    <>
      <TagsInput.Root
        size="sm"
        width="full"
        value={[...value]}
        disabled={isDisabled}
        addOnPaste
        blurBehavior="add"
        delimiter=","
        onValueChange={(details) => {
          onChange(details.value);
        }}
      >
        <TagsInput.Control>
          <TagsInput.Items />
          <TagsInput.Input
            aria-label={label}
            placeholder={value.length ? "" : (placeholder ?? "")}
          />
        </TagsInput.Control>
      </TagsInput.Root>
      {others.length && !isDisabled ? (
        <HStack gap={1} wrap="wrap">
          <Text fontSize="xs" color="fg.muted">
            Add:
          </Text>
          {others.map((word) => (
            <Button
              key={word}
              size="2xs"
              variant="outline"
              onClick={() => {
                onChange([...value, word]);
              }}
            >
              {word}
            </Button>
          ))}
        </HStack>
      ) : null}
    </>
  );
}
