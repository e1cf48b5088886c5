import { Box } from "@chakra-ui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { Route, Routes, useLocation } from "react-router-dom";

import { ErrorBoundary } from "../states/ErrorBoundary";
import { Loading } from "../states/Loading";
import { NotFound } from "../states/NotFound";
import { Announcer } from "./Announcer";
import { queryClient } from "./queryClient";
import { pages } from "./routes";
import { SectionTabs } from "./SectionTabs";
import { useSettledHost } from "./useSettledHost";

/** Everything below the entry "Workflows" of Airflow's navigation. */
export function App() {
  useSettledHost();
  const { pathname } = useLocation();
  return (
    <QueryClientProvider client={queryClient}>
      <Announcer>
        <Box as="section" aria-label="bookflow" width="full" minWidth={0} pb={8}>
          <SectionTabs />
          <Box px={{ base: 3, md: 6 }} pt={4}>
            <ErrorBoundary key={pathname}>
              <Suspense fallback={<Loading />}>
                <Routes>
                  {pages.map(({ path, Page }) => (
                    <Route key={path} path={path} element={<Page />} />
                  ))}
                  <Route path="*" element={<NotFound />} />
                </Routes>
              </Suspense>
            </ErrorBoundary>
          </Box>
        </Box>
      </Announcer>
    </QueryClientProvider>
  );
}
