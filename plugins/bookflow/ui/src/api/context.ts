import { useQuery } from "@tanstack/react-query";

import { api, read } from "./client";
import type { ContextField, ContextFields } from "./schema";

const UNCHANGING = 60 * 60_000;

/** The triggers, and the fields that conditions and templates may name; they change with releases. */
export function useContextFields() {
  return useQuery({
    queryKey: ["context-fields"],
    queryFn: ({ signal }) => read(api.GET("/api/v1/context-fields", { signal })),
    staleTime: UNCHANGING,
  });
}

/** Finds a field; below an open prefix, such as answers of questions, any name is one. */
export function findField(words: ContextFields, name: string): ContextField | undefined {
  const known = words.fields.find((field) => field.name === name);
  if (known) return known;
  const prefix = words.open_prefixes.find((open) => name.startsWith(open) && name !== open);
  if (prefix === undefined) return undefined;
  return {
    name,
    type: "any",
    description: "The answer to a question of the booking form.",
    example: null,
    choices: [],
  };
}
