import type { SandboxDatabase } from '../database/sandbox-database.ts'
import { createNetQueue, type QueuedRequest } from './net-queue.ts'
import { sendQueuedRequest } from './send-queued-request.ts'

/** Sends the queue of `net`, as the background worker of pg_net does. */
export interface NetWorker {
  /** Waits half a second for the requests in flight, and then aborts them. */
  readonly stop: () => Promise<void>
}

/** Options of {@link startNetWorker}. */
export interface NetWorkerOptions {
  readonly database: Pick<SandboxDatabase, 'query' | 'listen'>
  /** Called when the database fails. A failed request is recorded in `net._http_response` instead. */
  readonly onError: (error: unknown) => void
  readonly fetch?: typeof fetch
}

const maxInFlight = 20
const housekeepingIntervalMs = 60_000
const stopGraceMs = 500

/**
 * Sends the requests of `net.http_get`, `net.http_post` and `net.http_delete` after their transaction has committed, and
 * records the responses in `net._http_response` for 6 hours. Like pg_net, it never retries: a request in flight is lost
 * when the process dies.
 */
export async function startNetWorker(options: NetWorkerOptions): Promise<NetWorker> {
  const { database, onError, fetch: send = fetch } = options
  const queue = createNetQueue(database)
  const inFlight = new Set<Promise<void>>()
  const stopping = new AbortController()
  const aborting = new AbortController()
  let isTaking = false
  let mayHaveMore = false

  async function takeRequests(): Promise<void> {
    mayHaveMore = true
    if (isTaking) return
    isTaking = true
    try {
      while (mayHaveMore && !stopping.signal.aborted && inFlight.size < maxInFlight) {
        mayHaveMore = false
        const requests = await queue.take(maxInFlight - inFlight.size)
        for (const request of requests) start(request)
        if (requests.length > 0) mayHaveMore = true
      }
    } finally {
      isTaking = false
    }
  }

  function start(request: QueuedRequest): void {
    const done = sendQueuedRequest(request, send, aborting.signal)
      .then((response) => queue.record(request.id, response))
      .catch(onError)
      .finally(() => {
        inFlight.delete(done)
        if (mayHaveMore) wake()
      })
    inFlight.add(done)
  }

  function wake(): void {
    if (!stopping.signal.aborted) takeRequests().catch(onError)
  }

  function runHousekeeping(): void {
    wake()
    queue.deleteOldResponses().catch(onError)
  }

  await database.listen('net_wake', wake)
  const housekeeping = setInterval(runHousekeeping, housekeepingIntervalMs).unref()
  runHousekeeping()

  return {
    async stop() {
      stopping.abort()
      clearInterval(housekeeping)
      const grace = setTimeout(() => aborting.abort(), stopGraceMs)
      await Promise.all(inFlight)
      clearTimeout(grace)
    },
  }
}
