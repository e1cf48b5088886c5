const KEPT = /[a-z0-9-]/;
const DIGEST = /^(.+)_[0-9a-f]{10}$/;
const LONGEST_NAME = 64;

/** What the id of a task keeps of its action's name, as the DAG factory makes it. */
function slugOf(action: string): { slug: string; isWhole: boolean } {
  const bare = action.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const pieces = [...bare].map((letter) => (KEPT.test(letter) ? letter : "_")).join("");
  return {
    slug: pieces.split("_").filter(Boolean).join("_"),
    isWhole: [...bare].every((letter) => letter <= "\u007f" || !/[\p{L}\p{N}]/u.test(letter)),
  };
}

/**
 * Whether a task carries out an action; in DAGs written by hand both have the same name.
 *
 * The ids of names in other scripts end in a digest. It is not computed here, since the browser
 * has it over HTTPS only: what stands before it has to agree.
 */
export function isTaskOf(taskId: string, action: string): boolean {
  if (taskId.slice(0, LONGEST_NAME) === action) return true;
  const { slug, isWhole } = slugOf(action);
  if (slug && isWhole) return slug === taskId;
  return DIGEST.exec(taskId)?.[1] === (slug || "action");
}

/** Whether a task is the last of a run, which sums up and sends nothing. */
export function isSummingUp(taskId: string): boolean {
  return taskId === "finish" || taskId === "bookflow.finish";
}
