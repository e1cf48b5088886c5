/** Whether a task is the last of a run, which sums up and sends nothing. */
export function isSummingUp(taskId: string): boolean {
  return taskId === "finish" || taskId === "bookflow.finish";
}
