import { useMemo, useState } from "react";

const MANY = 60;

/**
 * Of many options only the chosen one, until somebody turns to the select.
 *
 * A browser gives each option of a closed select a style too, and all of them anew whenever the
 * theme adds a rule: a thousand organizers cost more than the whole list of workflows.
 */
export function useLateOptions<Option>(
  options: readonly Option[],
  isChosen: (option: Option) => boolean,
) {
  const [isTurnedTo, setTurnedTo] = useState(false);
  const turning = useMemo(() => {
    const turn = () => {
      setTurnedTo(true);
    };
    return {
      onPointerDown: turn,
      onFocus: turn,
      onBlur: () => {
        setTurnedTo(false);
      },
    };
  }, []);
  const isShort = isTurnedTo || options.length <= MANY;
  return { offered: isShort ? options : options.filter(isChosen), turning };
}
