import { Box, Text } from "@chakra-ui/react";
import { type ReactNode, useCallback, useMemo, useRef } from "react";

import type { ExecutionFilter } from "../../api/executions";
import { Empty } from "../../states/Empty";
import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";
import { MoreButton } from "../../tables/MoreButton";
import { ExecutionGrid } from "./ExecutionGrid";
import type { Column } from "./ExecutionRow";
import { NEWEST } from "./filterQuery";
import { NewRows } from "./NewRows";
import { useAtTop } from "./useAtTop";
import { useLiveExecutions } from "./useLiveExecutions";

interface Props {
  filter: ExecutionFilter;
  /** Columns that would say the same in each row. */
  hidden?: readonly Column[];
  /** What stands there where there are none. */
  empty?: ReactNode;
}

const NONE: readonly Column[] = [];

/** Executions as rows, the newest first; cards where it is narrow. They stay up to date. */
export function ExecutionTable({ filter, hidden = NONE, empty }: Props) {
  const asked = useStable(filter);
  const { top, isAtTop } = useAtTop<HTMLDivElement>();
  const body = useRef<HTMLTableSectionElement>(null);
  const isReading = useCallback(() => body.current?.contains(document.activeElement) ?? false, []);
  const { list, executions, news, showNew, problem } = useLiveExecutions(asked, isAtTop, isReading);
  return (
    <Box css={{ containerType: "inline-size" }}>
      <div ref={top} />
      {problem && list.data ? <Failure problem={problem} /> : null}
      <NewRows
        count={news}
        onShow={() => {
          showNew();
          top.current?.scrollIntoView({ block: "center" });
        }}
      />
      {list.data ? null : <Unread problem={list.error} onRetry={() => void list.refetch()} />}
      {list.data && executions.length === 0 ? (empty ?? <NoExecutions />) : null}
      {executions.length > 0 ? (
        <ExecutionGrid
          ref={body}
          executions={executions}
          hidden={hidden}
          sort={asked.sort ?? NEWEST}
          isOutdated={list.isPlaceholderData}
        />
      ) : null}
      {executions.length > 0 ? <MorePages list={list} /> : null}
    </Box>
  );
}

function NoExecutions() {
  return (
    <Empty title="No executions">
      None is recorded yet, or none fits the filters. They appear here as soon as something happens
      to a booking.
    </Empty>
  );
}

function Unread({ problem, onRetry }: { problem: Error | null; onRetry: () => void }) {
  return problem ? <Failure problem={problem} onRetry={onRetry} /> : <Loading what="executions" />;
}

function MorePages({ list }: { list: ReturnType<typeof useLiveExecutions>["list"] }) {
  if (!list.hasNextPage) {
    return (
      <Text fontSize="xs" color="fg.muted" mt={3}>
        That is all of them.
      </Text>
    );
  }
  return (
    <MoreButton isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
  );
}

/** The same object as long as it says the same, whatever object it is given as. */
function useStable(filter: ExecutionFilter): ExecutionFilter {
  const text = JSON.stringify(filter);
  return useMemo(() => JSON.parse(text) as ExecutionFilter, [text]);
}
