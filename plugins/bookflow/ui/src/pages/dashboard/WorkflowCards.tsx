import { Box, Field, Flex, NativeSelect, Stack, Text } from "@chakra-ui/react";

import { mayChange, mayStart } from "../../api/workflows";
import { SelectionBox } from "./SelectionBox";
import { Sparkline } from "./Sparkline";
import { SuccessRate } from "./SuccessRate";
import type { WorkflowRows } from "./WorkflowList";
import { WorkflowMenu } from "./WorkflowMenu";
import { LastExecution, WhenAndWhat, WorkflowName } from "./WorkflowRow";
import { WorkflowState } from "./WorkflowState";

const ORDERS = [
  ["name", "Name"],
  ["state", "State"],
  ["success_rate", "Worst success rate first"],
  ["-last_executed_at", "Last execution, newest first"],
  ["trigger", "Trigger"],
] as const;

/** Workflows one below the other, for narrow screens. */
export function WorkflowCards(rows: WorkflowRows) {
  return (
    <>
      <Field.Root mb={3}>
        <Field.Label fontSize="xs">Sort by</Field.Label>
        <NativeSelect.Root size="sm">
          <NativeSelect.Field
            value={rows.sort}
            onChange={(event) => {
              rows.onSort(event.target.value);
            }}
          >
            {ORDERS.map(([sort, name]) => (
              <option key={sort} value={sort}>
                {name}
              </option>
            ))}
          </NativeSelect.Field>
          <NativeSelect.Indicator />
        </NativeSelect.Root>
      </Field.Root>
      <Stack as="ul" aria-label="Workflows" listStyleType="none" gap={3}>
        {rows.workflows.map((workflow) => {
          const activity = rows.activity?.[workflow.id];
          return (
            <Box
              as="li"
              key={workflow.path}
              borderWidth="1px"
              rounded="md"
              p={3}
              css={{ contentVisibility: "auto", containIntrinsicSize: "auto 11rem" }}
            >
              <Flex gap={3} align="start" mb={2}>
                <Box pt={0.5}>
                  <SelectionBox workflow={workflow} onChoose={rows.onChoose} />
                </Box>
                <Box flex="1" minWidth={0}>
                  <WorkflowName workflow={workflow} />
                </Box>
                <Box maxWidth="50%">
                  <WorkflowState workflow={workflow} />
                </Box>
              </Flex>
              <WhenAndWhat workflow={workflow} />
              <Flex gap={3} mt={2} align="center" justify="space-between" wrap="wrap" fontSize="sm">
                <SuccessRate figures={workflow.statistics} />
                <Text as="span" color="fg.muted">
                  <LastExecution workflow={workflow} />
                </Text>
                {activity ? <Sparkline {...activity} /> : null}
              </Flex>
              <Box mt={2}>
                <WorkflowMenu
                  workflow={workflow}
                  mayEdit={mayChange(rows.account, workflow)}
                  mayRun={mayStart(rows.account, workflow)}
                  mayMake={rows.account.may_edit}
                  onWish={rows.onWish}
                />
              </Box>
            </Box>
          );
        })}
      </Stack>
    </>
  );
}
