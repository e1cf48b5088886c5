const waiting = new Set<() => void>();
let isUnderWay = false;

/**
 * Does a job once those before it are done, each in a frame of its own; gives how to drop it.
 *
 * A page draws a dozen charts and tables at once, and all in one task they would block it.
 */
export function takeTurn(job: () => void): () => void {
  waiting.add(job);
  if (!isUnderWay) {
    isUnderWay = true;
    setTimeout(doNext);
  }
  return () => {
    waiting.delete(job);
  };
}

function doNext(): void {
  const [job] = waiting;
  if (!job) {
    isUnderWay = false;
    return;
  }
  waiting.delete(job);
  try {
    job();
  } finally {
    // what was done is laid out and painted first
    requestAnimationFrame(() => setTimeout(doNext));
  }
}
