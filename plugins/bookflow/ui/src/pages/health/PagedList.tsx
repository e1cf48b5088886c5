import { Button, Stack } from "@chakra-ui/react";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";

interface Props<T> {
  list: UseInfiniteQueryResult<InfiniteData<T>>;
  what: string;
  isEmpty: boolean;
  empty: ReactNode;
  children: ReactNode;
}

/** A list that comes page by page; says that it loads, why it failed, or that there is nothing. */
export function PagedList<T>({ list, what, isEmpty, empty, children }: Props<T>) {
  const problem = list.error ? (
    <Failure problem={list.error} onRetry={() => void list.refetch()} />
  ) : null;
  if (!list.data) return problem ?? <Loading what={what} />;
  return (
    <Stack gap={3} aria-busy={list.isPlaceholderData} opacity={list.isPlaceholderData ? 0.6 : 1}>
      {problem}
      {isEmpty ? empty : children}
      {list.hasNextPage ? (
        <Button
          alignSelf="start"
          size="sm"
          variant="outline"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </Stack>
  );
}
