import { Button, Link as ChakraLink, Stack, Text } from "@chakra-ui/react";
import { Link } from "react-router-dom";

import { paths } from "../../app/paths";
import { Empty } from "../../states/Empty";

/** There is no workflow yet: the shortest way to the first one, or whom to ask. */
export function FirstWorkflow({ mayMake }: { mayMake: boolean }) {
  return (
    <Empty title="There is no workflow yet">
      <Stack gap={4} align="center" maxWidth="32rem">
        <Text>
          A workflow does what should happen around each booking: a confirmation at once, a reminder
          the day before, a question afterwards how it was.
        </Text>
        {mayMake ? (
          <Stack direction={{ base: "column", sm: "row" }}>
            <Button asChild size="sm">
              <Link to={paths.templates}>Choose a template</Link>
            </Button>
            <Button asChild size="sm" variant="outline">
              <Link to={paths.newWorkflow}>Begin with an empty one</Link>
            </Button>
          </Stack>
        ) : (
          <>
            <Text>
              You may look at workflows, and not make any. Ask whoever looks after Airflow for the
              right to edit DAGs.
            </Text>
            <Button asChild size="sm" variant="outline">
              <Link to={paths.templates}>See the templates</Link>
            </Button>
          </>
        )}
        <ChakraLink asChild variant="underline">
          <Link to={paths.deleted}>See deleted workflows</Link>
        </ChakraLink>
      </Stack>
    </Empty>
  );
}
