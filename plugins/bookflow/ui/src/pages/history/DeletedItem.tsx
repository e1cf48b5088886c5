import { Box, Button, Flex, HStack, Text } from "@chakra-ui/react";

import type { DeletedWorkflow } from "../../api/schema";
import { paths } from "../../app/paths";
import { PageLink } from "../../links/PageLink";
import { Moment } from "../../times/Moment";

interface Props {
  workflow: DeletedWorkflow;
  mayRestore: boolean;
  onRestore: (workflow: DeletedWorkflow) => void;
}

/** One workflow that is gone. */
export function DeletedItem({ workflow, mayRestore, onRestore }: Props) {
  const { id, name, deleted_by, deleted_at } = workflow;
  return (
    <Flex as="li" gap={3} py={3} borderBottomWidth="1px" wrap="wrap" align="center">
      <Box flex="1 1 16rem" minWidth={0} overflowWrap="anywhere">
        <PageLink to={paths.history(id)}>{name ?? id}</PageLink>
        <Text fontSize="sm" color="fg.muted">
          {name ? `${id}, deleted by ` : "Deleted by "}
          {deleted_by}, <Moment at={deleted_at} />
        </Text>
      </Box>
      <HStack gap={3}>
        <PageLink to={paths.figures(id)}>Figures</PageLink>
        {mayRestore ? (
          <Button
            size="xs"
            variant="outline"
            aria-label={`Bring ${name ?? id} back`}
            onClick={() => {
              onRestore(workflow);
            }}
          >
            Bring back
          </Button>
        ) : null}
      </HStack>
    </Flex>
  );
}
