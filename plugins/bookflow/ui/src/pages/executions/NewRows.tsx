import { Button, Center } from "@chakra-ui/react";
import { ArrowUp } from "lucide-react";

const UNSEEN = { display: "none" };

interface Props {
  count: number;
  onShow: () => void;
}

/**
 * Says how many came while one reads further down, and brings one there.
 *
 * It is there all the time, unseen: a rule that comes with it would have the browser style all rows
 * anew.
 */
export function NewRows({ count, onShow }: Props) {
  return (
    <Center
      position="sticky"
      top={2}
      zIndex="docked"
      height={0}
      overflow="visible"
      style={count > 0 ? undefined : UNSEEN}
    >
      <Button size="xs" rounded="full" shadow="md" aria-live="polite" onClick={onShow}>
        <ArrowUp aria-hidden size={14} /> {count} new
      </Button>
    </Center>
  );
}
