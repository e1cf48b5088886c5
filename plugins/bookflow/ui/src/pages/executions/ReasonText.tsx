import { Text } from "@chakra-ui/react";

import { Moment } from "../../times/Moment";
import { capitalize, reasonInWords, splitTimes } from "./words/reasons";

interface Props {
  reason: string;
  /** What stands before it: "Will not be sent:"; empty where something else leads to it. */
  lead?: string;
}

/** Why something was done or not, in words, its times in the reader's zone. */
export function ReasonText({ reason, lead }: Props) {
  const words = reasonInWords(reason);
  return (
    <Text as="span" overflowWrap="anywhere">
      {lead ? `${lead} ` : null}
      {splitTimes(lead === undefined ? capitalize(words) : words).map(({ text, isTime }, place) =>
        isTime ? <Moment key={place} at={text.replace(" ", "T")} /> : text,
      )}
    </Text>
  );
}
