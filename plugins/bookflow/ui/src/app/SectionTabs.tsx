import { Box, HStack, Link } from "@chakra-ui/react";
import { useEffect, useRef } from "react";
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
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (list.current && current) {
      // the one that is open in the middle: so it is seen that there are more on both sides
      const { offsetLeft, offsetWidth } = current;
      list.current.scrollLeft = offsetLeft - (list.current.clientWidth - offsetWidth) / 2;
    }
  }, []);
  return (
    <Box
      as="nav"
      ref={list}
      aria-label="bookflow sections"
      position="relative"
      borderBottomWidth="1px"
      overflowX="auto"
    >
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
