import { Badge, Box, Button, Flex, HStack, Text } from "@chakra-ui/react";

import type { WorkflowVersion } from "../../api/schema";
import { Moment } from "../../times/Moment";
import { describeChange, nameVersion } from "./versionNames";

interface Props {
  id: string;
  version: WorkflowVersion;
  before: WorkflowVersion | undefined;
  mayRestore: boolean;
  onShow: (view: { from?: string; to?: string; file?: string }) => void;
  onRestore: (version: WorkflowVersion) => void;
}

/** One version: who made it, when and why, and what can be asked of it. */
export function VersionItem({ id, version, before, mayRestore, onShow, onRestore }: Props) {
  const { commit, is_current, is_deleted } = version;
  return (
    <Box as="li" borderBottomWidth="1px" py={3}>
      <Flex gap={2} align="start" justify="space-between">
        <Text fontWeight="medium" overflowWrap="anywhere">
          {describeChange(id, version)}
        </Text>
        {is_current ? <Badge colorPalette="green">current</Badge> : null}
        {is_deleted ? <Badge colorPalette="red">deleted</Badge> : null}
      </Flex>
      <Text fontSize="sm" color="fg.muted">
        {version.author}, <Moment at={version.at} />{" "}
        <Text as="span" fontFamily="mono" fontSize="xs">
          {commit.slice(0, 8)}
        </Text>
      </Text>
      {is_deleted ? null : (
        <HStack wrap="wrap" gap={1} mt={2} ml={-2}>
          {before ? (
            <Ask
              id={id}
              name="What it changed"
              version={version}
              onClick={() => {
                onShow({ from: before.commit, to: commit });
              }}
            />
          ) : null}
          {is_current ? null : (
            <Ask
              id={id}
              name="What changed since"
              version={version}
              onClick={() => {
                onShow({ from: commit });
              }}
            />
          )}
          <Ask
            id={id}
            name="View file"
            version={version}
            onClick={() => {
              onShow({ file: commit });
            }}
          />
          {mayRestore && !is_current ? (
            <Ask
              id={id}
              name="Restore…"
              version={version}
              onClick={() => {
                onRestore(version);
              }}
            />
          ) : null}
        </HStack>
      )}
    </Box>
  );
}

interface AskProps {
  id: string;
  name: string;
  version: WorkflowVersion;
  onClick: () => void;
}

function Ask({ id, name, version, onClick }: AskProps) {
  return (
    <Button
      size="xs"
      variant="ghost"
      px={2}
      aria-label={`${name}: ${nameVersion(id, version)}`}
      onClick={onClick}
    >
      {name}
    </Button>
  );
}
