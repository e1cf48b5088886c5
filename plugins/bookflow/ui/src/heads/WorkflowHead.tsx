import { Badge, Box, Flex, Heading, HStack, Link as ChakraLink } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { Link, NavLink, useSearchParams } from "react-router-dom";

import { airflow, paths, withQuery } from "../app/paths";
import { StatusBadge } from "../badges/StatusBadge";
import { RunButton } from "./RunButton";

interface Props {
  id: string;
  name?: string | null;
  state?: string | null;
  /** Stands on the right, such as buttons. */
  children?: ReactNode;
}

/** The head of every page of one workflow: its name, and the way to its other pages. */
export function WorkflowHead({ id, name, state, children }: Props) {
  const [query] = useSearchParams();
  const booking = query.get("booking") ?? undefined;
  const pages = [
    { label: "Edit", to: withQuery(paths.workflow(id), { booking }), end: true },
    { label: "Test", to: withQuery(paths.test(id), { booking }) },
    { label: "History", to: paths.history(id) },
    { label: "Figures", to: paths.figures(id) },
  ];
  return (
    <Box as="header" mb={3}>
      <Flex gap={3} wrap="wrap" align="center" justify="space-between">
        <HStack gap={3} minWidth={0} wrap="wrap">
          <Heading as="h1" size="lg" overflowWrap="anywhere">
            {name ?? id}
          </Heading>
          {state ? <StatusBadge status={state} /> : null}
          <Badge variant="outline" fontFamily="mono" fontWeight="normal">
            {id}
          </Badge>
        </HStack>
        <HStack gap={2} wrap="wrap">
          {children}
          {state === "active" ? <RunButton workflow={id} label="Run for a booking…" /> : null}
        </HStack>
      </Flex>
      <Box as="nav" aria-label="Pages of this workflow" overflowX="auto" mt={1}>
        <HStack gap={1} minWidth="max-content" fontSize="sm" ml={-2}>
          {pages.map(({ label, to, end }) => (
            <ChakraLink
              key={label}
              asChild
              px={2}
              py={1.5}
              color="fg.muted"
              _currentPage={{ color: "fg", fontWeight: "medium" }}
              _hover={{ color: "fg" }}
            >
              <NavLink to={to} end={end ?? false}>
                {label}
              </NavLink>
            </ChakraLink>
          ))}
          <ChakraLink asChild px={2} py={1.5} color="fg.muted" _hover={{ color: "fg" }}>
            <Link to={withQuery(paths.executions, { workflow: id })}>Executions</Link>
          </ChakraLink>
          <ChakraLink asChild px={2} py={1.5} color="fg.muted" _hover={{ color: "fg" }}>
            <Link to={airflow.dag(`bookflow-${id}`)}>DAG in Airflow</Link>
          </ChakraLink>
        </HStack>
      </Box>
    </Box>
  );
}
