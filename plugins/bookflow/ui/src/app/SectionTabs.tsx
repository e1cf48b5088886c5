import { Box, HStack, Link } from "@chakra-ui/react";
import { NavLink } from "react-router-dom";

import { paths, ROOT } from "./paths";

const SECTIONS = [
  { name: "Workflows", to: ROOT, end: true },
  { name: "Executions", to: paths.executions },
  { name: "Bookings", to: paths.bookings },
  { name: "Upcoming", to: paths.upcoming },
  { name: "Analytics", to: paths.analytics },
  { name: "Templates", to: paths.templates },
  { name: "Health", to: paths.health },
];

/** The sections of bookflow; on narrow screens they scroll sideways. */
export function SectionTabs() {
  return (
    <Box as="nav" aria-label="bookflow sections" borderBottomWidth="1px" overflowX="auto">
      <HStack gap={1} px={{ base: 2, md: 5 }} minWidth="max-content">
        {SECTIONS.map(({ name, to, end }) => (
          <Link
            key={name}
            asChild
            px={3}
            py={2.5}
            borderBottomWidth="2px"
            borderColor="transparent"
            color="fg.muted"
            _currentPage={{ color: "fg", borderColor: "fg", fontWeight: "medium" }}
            _hover={{ color: "fg", textDecoration: "none" }}
          >
            <NavLink to={to} end={end ?? false}>
              {name}
            </NavLink>
          </Link>
        ))}
      </HStack>
    </Box>
  );
}
