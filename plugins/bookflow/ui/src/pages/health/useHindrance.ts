import { useAccount } from "../../api/account";

const WHOM = "You may not do this. Ask an admin, or the owner of the workflow.";

/** Why the user may not act on a workflow, or on what concerns all; absent where they may. */
export function useHindrance(workflow: string | null): string | undefined {
  const all = useAccount();
  // who may run everything is not asked about for each workflow
  const one = useAccount(all.may_run ? undefined : (workflow ?? undefined));
  return all.may_run || one.may_run ? undefined : WHOM;
}
