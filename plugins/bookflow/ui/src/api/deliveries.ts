import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import { LIVE } from "./executions";
import type { operations } from "./schema";

export type DeliveryFilter = Omit<
  NonNullable<operations["list_deliveries_api_v1_deliveries_get"]["parameters"]["query"]>,
  "cursor" | "limit"
>;

/** Deliveries of many executions, page by page; up to date as long as one page is shown. */
export function useDeliveries(filter: DeliveryFilter, isWanted = true) {
  return useInfiniteQuery({
    queryKey: ["deliveries", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/deliveries", {
          params: { query: { ...filter, cursor: pageParam } },
          signal,
        }),
      ),
    enabled: isWanted,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : LIVE),
  });
}
