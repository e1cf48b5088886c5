import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, ApiProblem, read } from "./client";
import type { SavedWorkflow, SpecIssue } from "./schema";

/** What is sent: the text where somebody typed YAML, or else the values. */
export interface Written {
  spec: Readonly<Record<string, unknown>>;
  text: string;
  isTyped: boolean;
}

/** What is written over: no id makes a workflow, no version writes over whatever is there. */
export interface Target {
  id: string | null;
  version: string | null;
}

/** Saves a workflow, or only says what saving would do. */
export function writeWorkflow(
  { id, version }: Target,
  { spec, text, isTyped }: Written,
  isDryRun: boolean,
  signal?: AbortSignal,
): Promise<SavedWorkflow> {
  const given = {
    // the generated type knows no keys of a spec
    body: (isTyped ? text : spec) as never,
    bodySerializer: (body: unknown) => (isTyped ? (body as string) : JSON.stringify(body)),
    headers: { "Content-Type": isTyped ? "application/yaml" : "application/json" },
    signal,
  };
  const query = isDryRun ? { dry_run: true } : {};
  if (id === null) return read(api.POST("/api/v1/workflows", { ...given, params: { query } }));
  const header = { "if-match": version === null ? "*" : `"${version}"` };
  return read(
    api.PUT("/api/v1/workflows/{workflow_id}", {
      ...given,
      params: { path: { workflow_id: id }, query, header },
    }),
  );
}

/** What the server says about an edit before it is saved. */
export interface Check {
  errors: SpecIssue[];
  warnings: SpecIssue[];
  /** What saving would make; none where it would be refused. */
  saved: SavedWorkflow | null;
  /** Somebody else saved meanwhile. */
  isConflict: boolean;
  /** Why it would be refused, where no line of the workflow is to blame. */
  refusal: string | null;
}

/** Has the server look at an edit without saving it. */
export async function checkWorkflow(
  target: Target,
  written: Written,
  signal?: AbortSignal,
): Promise<Check> {
  const check: Check = { errors: [], warnings: [], saved: null, isConflict: false, refusal: null };
  try {
    const saved = await writeWorkflow(target, written, true, signal);
    return { ...check, saved, warnings: saved.warnings };
  } catch (problem) {
    if (!(problem instanceof ApiProblem) || problem.status === 0) throw problem;
    if (problem.status === 412) return { ...check, isConflict: true };
    if (problem.issues.length) return { ...check, errors: problem.issues };
    return { ...check, refusal: problem.message };
  }
}

/** The answer to `checkWorkflow`, kept while the next one comes. */
export function useWorkflowCheck(target: Target, written: Written, isWanted: boolean) {
  const { spec, text, isTyped } = written;
  return useQuery({
    queryKey: ["workflow-check", target, isTyped ? text : spec],
    queryFn: ({ signal }) => checkWorkflow(target, written, signal),
    enabled: isWanted,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 60_000,
  });
}

/** The JSON Schema of workflows. */
export function useSpecSchema() {
  return useQuery({
    queryKey: ["schema"],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/schema", { signal }))) as Record<string, unknown>,
    staleTime: 10 * 60_000,
  });
}
