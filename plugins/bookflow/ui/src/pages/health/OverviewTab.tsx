import { Box, Flex, Heading, SimpleGrid, Stack, Text } from "@chakra-ui/react";

import { useHealth } from "../../api/health";
import type { Health } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";
import { StatusBadge } from "../../badges/StatusBadge";
import { Answer } from "../../states/Answer";
import { PageLink } from "../../links/PageLink";
import { type PartStory, tellOverall, tellParts } from "./componentWords";
import { InvalidWorkflows } from "./InvalidWorkflows";

/** The state in one sentence, then part by part with what to do. */
export function OverviewTab() {
  return (
    <Answer query={useHealth()} what="the state of bookflow">
      {(health) => <Overview health={health} />}
    </Answer>
  );
}

const GROUNDS = { healthy: "bg.success", degraded: "bg.warning", unhealthy: "bg.error" };

function Overview({ health }: { health: Health }) {
  return (
    <Stack gap={4}>
      <Flex
        role="status"
        bg={GROUNDS[health.status]}
        borderRadius="md"
        p={4}
        gap={3}
        align="center"
        wrap="wrap"
      >
        <StatusBadge status={health.status} />
        <Text fontSize="lg" fontWeight="medium">
          {tellOverall(health)}
        </Text>
      </Flex>
      <SimpleGrid columns={{ base: 1, md: 2, xl: 3 }} gap={3}>
        {tellParts(health).map((part) => (
          <PartCard key={part.name} part={part} />
        ))}
      </SimpleGrid>
      <InvalidWorkflows />
    </Stack>
  );
}

function PartCard({ part: { name, status, says, advice, tab } }: { part: PartStory }) {
  return (
    <Box borderWidth="1px" borderRadius="md" p={4} minWidth={0} overflowWrap="anywhere">
      <Flex justify="space-between" gap={2} mb={1}>
        <Heading as="h2" size="sm">
          {name}
        </Heading>
        <StatusBadge status={status} />
      </Flex>
      <Text>{says}</Text>
      {advice ? (
        <Text color="fg.muted" mt={2}>
          {advice}
        </Text>
      ) : null}
      {tab && advice ? (
        <Text mt={2}>
          <PageLink to={withQuery(paths.health, { tab })}>See the {tab}</PageLink>
        </Text>
      ) : null}
    </Box>
  );
}
