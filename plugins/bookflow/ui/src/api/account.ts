import { useQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import type { Account } from "./schema";

const NOBODY: Account = {
  name: "",
  may_edit: false,
  may_run: false,
  is_admin: false,
  own_names: null,
  has_history: false,
  email: null,
  test_recipients: [],
};

/** What the user may do, with a workflow or in general; nothing until that is known. */
export function useAccount(workflow?: string): Account {
  const { data } = useQuery({
    queryKey: ["me", workflow ?? null],
    queryFn: ({ signal }) =>
      read(api.GET("/api/v1/me", { params: { query: { workflow } }, signal })),
    staleTime: 60_000,
  });
  return data ?? NOBODY;
}
