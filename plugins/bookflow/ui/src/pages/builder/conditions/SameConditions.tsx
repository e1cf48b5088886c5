import { Button, HStack } from "@chakra-ui/react";
import { Copy } from "lucide-react";

import { actionsOf, isSame, textOf } from "../draft/spec";
import { useEditing } from "../editing";

const MOST = 3;

/** Takes over the conditions of another action, where this one has none yet. */
export function SameConditions({ onTake }: { onTake: (conditions: unknown) => void }) {
  const { spec } = useEditing();
  const others = actionsOf(spec).filter(
    ({ conditions }) => Array.isArray(conditions) && conditions.length > 0,
  );
  const different = others.filter(
    (one, place) => !others.slice(0, place).some((two) => isSame(one.conditions, two.conditions)),
  );
  if (!different.length) return null;
  return (
    <HStack gap={1} wrap="wrap" mt={1}>
      {different.slice(0, MOST).map(({ name, conditions }, place) => (
        <Button
          key={place}
          size="xs"
          variant="outline"
          onClick={() => {
            onTake(conditions);
          }}
        >
          <Copy size={14} aria-hidden /> The same as “{textOf(name)}”
        </Button>
      ))}
    </HStack>
  );
}
