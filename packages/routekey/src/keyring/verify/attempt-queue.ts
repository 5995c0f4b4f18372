interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Queue {
  /** Calls that run or wait. */
  users: number
  running: number
  readonly waiting: Waiter[]
}

/** Creates the function that runs the work of each name side by side, as far as there is room, as `Throttle` says. */
export function createAttemptQueue() {
  const queues = new Map<string, Queue>()

  return async <Result>(name: string, room: () => number, work: () => Promise<Result>): Promise<Result | null> => {
    const queue = queues.get(name) ?? { users: 0, running: 0, waiting: [] }
    queues.set(name, queue)
    queue.users += 1
    try {
      while (room() > 0 && queue.running >= room()) {
        // oxlint-disable-next-line no-await-in-loop -- another call may have taken the place in the meantime
        await new Promise<void>((resolve, reject) => queue.waiting.push({ resolve, reject }))
      }
      if (room() <= 0) return null
      queue.running += 1
      try {
        return await work()
      } catch (error) {
        // A store that hangs fails after its timeout. Those that wait must not wait for one timeout after the other.
        for (const { reject } of queue.waiting.splice(0)) reject(error)
        throw error
      } finally {
        queue.running -= 1
      }
    } finally {
      // Also after a call that did not run, so that one after the other learns that the address is refused.
      queue.waiting.shift()?.resolve()
      queue.users -= 1
      if (queue.users === 0) queues.delete(name)
    }
  }
}
