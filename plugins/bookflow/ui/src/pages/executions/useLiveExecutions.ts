import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";

import {
  type ExecutionFilter,
  listKey,
  useExecutions,
  useNewestExecutions,
} from "../../api/executions";
import type { ExecutionList } from "../../api/schema";
import { countNew, freshenRows, mergeNewest } from "./liveRows";

/**
 * Executions that stay up to date without a jump.
 *
 * What comes is put in by itself while one is at the top; further down it is only counted, until
 * `showNew` is called. `reading` tells that nothing may move although one is at the top.
 */
export function useLiveExecutions(
  filter: ExecutionFilter,
  isAtTop: boolean,
  reading: () => boolean,
) {
  const list = useExecutions(filter);
  const newest = useNewestExecutions(filter);
  const queries = useQueryClient();
  const pages = list.data?.pages;
  const isCurrent = !list.isPlaceholderData && pages !== undefined;
  const head = isCurrent ? newest.data : undefined;

  const showNew = useCallback(() => {
    if (!head) return;
    queries.setQueryData<InfiniteData<ExecutionList, string | undefined>>(
      listKey(filter),
      (before) => {
        if (!before) return before;
        const merged = mergeNewest(before.pages, head);
        return { pages: merged, pageParams: before.pageParams.slice(0, merged.length) };
      },
    );
  }, [head, filter, queries]);

  useEffect(() => {
    if (isAtTop && !reading()) showNew();
  }, [isAtTop, reading, showNew]);

  const rows = useMemo(() => {
    const shown = pages?.flatMap((page) => page.executions) ?? [];
    return { executions: freshenRows(shown, head), news: countNew(shown, head) };
  }, [pages, head]);
  return { list, ...rows, showNew, problem: newest.error };
}
