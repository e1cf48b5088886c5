import { Text } from "@chakra-ui/react";

import { countSegments, foreignLetters } from "./smsSegments";

interface Props {
  text: string;
  /** Whether the text is one with examples filled in. */
  isRough?: boolean;
}

const SHOWN = 6;
const MOST = 1_600;

/** Says how long a text message is, and why it takes more parts than expected. */
export function SmsLength({ text, isRough = false }: Props) {
  const { encoding, units, segments, room } = countSegments(text);
  const foreign = foreignLetters(text);
  const about = isRough ? "About " : "";
  const parts = `${about}${String(segments)} ${segments === 1 ? "segment" : "segments"}`;
  return (
    <Text fontSize="xs" color="fg.muted" aria-live="off">
      {parts}, {String(units)} characters of {String(segments * room)} ({encoding}).
      {foreign.length
        ? ` ${foreign.slice(0, SHOWN).join(" ")} ${foreign.length > 1 ? "need" : "needs"} the longer ` +
          "encoding, which has room for 70 characters instead of 160."
        : ""}
      {text.length > MOST ? " At most 1,600 characters are sent." : ""}
    </Text>
  );
}
