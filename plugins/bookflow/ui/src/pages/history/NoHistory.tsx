import { Code, Stack, Text } from "@chakra-ui/react";

import { Empty } from "../../states/Empty";

const COMMANDS = 'git init && git add . && git commit -m "The workflows so far"';

/** The workflows are not in git: what that means, and how to get a history. */
export function NoHistory() {
  return (
    <Empty title="No history is kept here">
      <Stack gap={3} align="center" maxWidth="36rem">
        <Text>
          Versions come from git, and the folder with the workflow files is in no git repository.
          Changes overwrite what was there, and what is deleted is gone.
        </Text>
        <Text>
          Whoever runs Airflow can change that: run this once in the folder with the workflow files.
          From then on each change is a commit.
        </Text>
        <Code whiteSpace="pre-wrap" textAlign="start" p={3}>
          {COMMANDS}
        </Code>
      </Stack>
    </Empty>
  );
}
