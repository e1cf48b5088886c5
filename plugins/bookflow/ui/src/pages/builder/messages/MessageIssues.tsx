import { Button, HStack, Text } from "@chakra-ui/react";

import type { SpecIssue } from "../../../api/schema";
import { Ticked } from "../../../states/Ticked";
import { mend } from "./templateText";

interface Props {
  id: string;
  issues: SpecIssue[];
  text: string;
  /** Takes the mended text; absent where nothing may be changed. */
  onMend?: (text: string) => void;
}

/** What is wrong with a text, and a fix by one click where it is plain. */
export function MessageIssues({ id, issues, text, onMend }: Props) {
  if (!issues.length) return null;
  return (
    <div id={id}>
      {issues.map(({ key, message, suggestion }) => {
        const mended = suggestion ? mend(text, message, suggestion) : undefined;
        return (
          <HStack key={key + message} gap={2} mt={1} wrap="wrap">
            <Text fontSize="xs" color="red.fg">
              <Ticked>{message}</Ticked>
            </Text>
            {suggestion && mended !== undefined && onMend ? (
              <Button
                size="2xs"
                variant="outline"
                onClick={() => {
                  onMend(mended);
                }}
              >
                Use {suggestion}
              </Button>
            ) : null}
          </HStack>
        );
      })}
    </div>
  );
}
