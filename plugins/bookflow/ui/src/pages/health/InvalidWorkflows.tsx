import { Box, Heading, List, Text } from "@chakra-ui/react";

import { useInvalidWorkflows } from "../../api/health";
import { paths } from "../../app/paths";
import { Answer } from "../../states/Answer";
import { Ticked } from "../../states/Ticked";
import { PageLink } from "../../links/PageLink";

/** Workflows that do not run because their file does not hold, with the first of what is wrong. */
export function InvalidWorkflows() {
  return (
    <Box as="section" aria-label="Invalid workflows">
      <Heading as="h2" size="sm" mb={1}>
        Invalid workflows
      </Heading>
      <Answer query={useInvalidWorkflows()} what="invalid workflows">
        {({ workflows, next_cursor }) =>
          workflows.length === 0 ? (
            <Text color="fg.muted">None: each workflow that you may see is valid.</Text>
          ) : (
            <List.Root ps={5}>
              {workflows.map(({ id, name, errors }) => (
                <List.Item key={id} overflowWrap="anywhere">
                  <PageLink to={paths.workflow(id)}>{name ?? id}</PageLink>
                  {errors[0] ? (
                    <>
                      : <Ticked>{errors[0].message}</Ticked>
                    </>
                  ) : null}
                  {errors.length > 1 ? ` (and ${String(errors.length - 1)} more)` : ""}
                </List.Item>
              ))}
              {next_cursor ? <List.Item>and more</List.Item> : null}
            </List.Root>
          )
        }
      </Answer>
    </Box>
  );
}
