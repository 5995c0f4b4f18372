import { AsyncLocalStorage } from 'node:async_hooks'

/** Gives the only connection of a database to one caller at a time. */
export interface ConnectionLock {
  /** Waits for the connection, and returns a function that releases it. */
  readonly acquire: () => Promise<() => void>
  /** Holds the connection while `work` runs. */
  readonly hold: <Result>(work: () => Promise<Result>) => Promise<Result>
  /**
   * Runs the work of one request. Inside it, a caller gets the connection immediately if the same request holds it.
   * Otherwise a query beside an open transaction of its own request would wait forever.
   */
  readonly runRequest: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/**
 * Creates the lock that keeps transactions apart on PGlite. PGlite has one connection, and `@supabase/lite` sends `begin`
 * and `commit` as ordinary queries. Without the lock, queries of other requests would run inside an open transaction, with
 * its role.
 */
export function createConnectionLock(): ConnectionLock {
  const requests = new AsyncLocalStorage<symbol>()
  const waiting: { request: symbol | undefined; enter: () => void }[] = []
  let holder: symbol | undefined
  let holds = 0

  function release(): void {
    holds -= 1
    const next = holds === 0 ? waiting.shift() : undefined
    if (next === undefined) return
    // Handed over before another caller can ask, so that the order of arrival is kept.
    holder = next.request
    holds = 1
    next.enter()
  }

  async function acquire(): Promise<() => void> {
    const request = requests.getStore()
    const isReentrant = holds > 0 && request !== undefined && request === holder
    if (holds === 0 || isReentrant) {
      holder = request
      holds += 1
    } else {
      await new Promise<void>((enter) => waiting.push({ request, enter }))
    }
    let isHeld = true
    return () => {
      if (isHeld) release()
      isHeld = false
    }
  }

  return {
    acquire,
    async hold(work) {
      const releaseConnection = await acquire()
      try {
        return await work()
      } finally {
        releaseConnection()
      }
    },
    runRequest: (work) => requests.run(Symbol('request'), work),
  }
}
