import { Text } from "@chakra-ui/react";

import type { CountedPeriod, OtherPeriod } from "../../api/schema";
import { formatMoment } from "../../times/formats";
import { isQuiet } from "./compareWords";

/** Says which time was counted, and which it is compared with. */
export function CountedTime({ period, before }: { period: CountedPeriod; before: OtherPeriod }) {
  const spell = ({ since, until, timezone }: CountedPeriod) =>
    `${formatMoment(since, timezone)} to ${formatMoment(until, timezone)}`;
  return (
    <Text color="fg.muted" fontSize="sm">
      Counted: {spell(period)} ({period.timezone}). The period before: {spell(before.period)}
      {isQuiet(before.executions)
        ? "; nothing happened in it, so there is nothing to compare with"
        : ""}
      .
    </Text>
  );
}
