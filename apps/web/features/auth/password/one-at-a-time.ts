const lastTasks = new Map<string, Promise<unknown>>()

/**
 * Runs a task after all earlier ones with the same key in this process, so that tasks at once take as long as one after the other. The
 * time of checks that wait for each other elsewhere would tell which of them there were.
 *
 * @returns what the task returns; rejects if it rejects, which stops no other
 */
export async function oneAtATime<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
  const result = (lastTasks.get(key) ?? Promise.resolve()).then(task)
  const settled = Promise.allSettled([result])
  lastTasks.set(key, settled)
  try {
    return await result
  } finally {
    if (lastTasks.get(key) === settled) lastTasks.delete(key)
  }
}
