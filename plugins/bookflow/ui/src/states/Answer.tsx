import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failure } from "./Failure";
import { Loading } from "./Loading";

interface Props<T> {
  query: UseQueryResult<T>;
  what?: string;
  children: (data: T) => ReactNode;
}

/** Shows what a query answered; while there is nothing yet that it loads, or why it failed. */
export function Answer<T>({ query, what, children }: Props<T>) {
  const retry = () => void query.refetch();
  if (query.data === undefined) {
    return query.error ? (
      <Failure problem={query.error} onRetry={retry} />
    ) : (
      <Loading what={what} />
    );
  }
  return (
    <>
      {query.error ? <Failure problem={query.error} onRetry={retry} /> : null}
      {children(query.data)}
    </>
  );
}
