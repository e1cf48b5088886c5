import { Link as ChakraLink } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { ROOT } from "../app/paths";
import { Empty } from "./Empty";

/** The address leads nowhere. */
export function NotFound() {
  return (
    <Empty title="There is no such page">
      <ChakraLink asChild variant="underline">
        <Link to={ROOT}>Go to your workflows</Link>
      </ChakraLink>
    </Empty>
  );
}
