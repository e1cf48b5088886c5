import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, read } from "./client";

/** Whose data are to go, and how far. */
export interface Erasing {
  email: string;
  exact: boolean;
  organizer: boolean;
}

/** Erases what is kept about a person; with `isDry` it only counts. */
export function useErasing({ isDry }: { isDry: boolean }) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (asked: Erasing) =>
      read(api.POST("/api/v1/erasures", { body: { ...asked, dry_run: isDry } })),
    retry: false,
    onSuccess: () => {
      // whatever is shown may name the person
      if (!isDry) void queries.invalidateQueries();
    },
  });
}
