import { Moment } from "../times/Moment";
import { capitalize, reasonInWords, splitTimes } from "../words/reasons";

const ANYWHERE = { overflowWrap: "anywhere" } as const;

interface Props {
  reason: string;
  /** What stands before it: "Will not be sent:"; empty where something else leads to it. */
  lead?: string;
}

/** Why something was done or not, in words, its times in the reader's zone. */
export function ReasonText({ reason, lead }: Props) {
  const words = reasonInWords(reason);
  return (
    <span style={ANYWHERE}>
      {lead ? `${lead} ` : null}
      {splitTimes(lead === undefined ? capitalize(words) : words).map(({ text, isTime }, place) =>
        isTime ? <Moment key={place} at={text.replace(" ", "T")} /> : text,
      )}
    </span>
  );
}
