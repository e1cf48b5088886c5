import { Box } from "@chakra-ui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, Suspense } from "react";

import { Announcer } from "../app/Announcer";
import { queryClient } from "../app/queryClient";
import { ErrorBoundary } from "../states/ErrorBoundary";
import { Loading } from "../states/Loading";

/** What a tab on one of Airflow's own pages needs around it. */
export function WithQueries({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <Announcer>
        <Box p={{ base: 2, md: 4 }} minWidth={0}>
          <ErrorBoundary>
            <Suspense fallback={<Loading />}>{children}</Suspense>
          </ErrorBoundary>
        </Box>
      </Announcer>
    </QueryClientProvider>
  );
}
