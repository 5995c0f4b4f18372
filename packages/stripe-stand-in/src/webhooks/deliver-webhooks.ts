import type { Clock } from '../clock.ts'
import { signWebhook } from './sign-webhook.ts'
import type { Delivery, WebhookEndpoint, WebhookOutbox } from './webhook-outbox.ts'

/** How many events are under way to one endpoint at a time. */
const concurrency = 8

/** How long an endpoint may take to answer. */
const timeoutMs = 10_000

/** How long to wait before each further attempt; Stripe tries for days, which no one would sit through. */
export const defaultRetryDelaysMs: readonly number[] = [1000, 5000, 30_000]

/** What delivering needs. */
export interface DeliveryDependencies {
  readonly outbox: WebhookOutbox
  readonly clock: Clock
  readonly endpoints: readonly WebhookEndpoint[]
  readonly retryDelaysMs: readonly number[]
  /** Aborted when the stand-in stops. */
  readonly stopping: AbortSignal
  /** Told when the stand-in itself fails; an endpoint that refuses is no such failure. */
  readonly onError: (error: unknown) => void
}

/** The sending of events. */
export interface WebhookDelivery {
  /** Says that the outbox has something new. */
  wake(): void
  /** Resolves when nothing is under way any more, after `stopping` was aborted. */
  finished(): Promise<void>
}

/** Starts to send what the outbox holds: at once, and again when retries fall due. */
export function startWebhookDelivery(dependencies: DeliveryDependencies): WebhookDelivery {
  const workers = dependencies.endpoints.map((endpoint) => startWorker(dependencies, endpoint))
  return {
    wake() {
      for (const worker of workers) worker.wake()
    },
    async finished() {
      await Promise.all(workers.map((worker) => worker.finished()))
    },
  }
}

function startWorker(dependencies: DeliveryDependencies, endpoint: WebhookEndpoint): WebhookDelivery {
  const { outbox, clock, retryDelaysMs, stopping, onError } = dependencies
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null

  const deliver = async (delivery: Delivery): Promise<void> => {
    const taken = await post(endpoint, delivery.body, clock, stopping)
    // What the stop interrupted stays pending and is sent at the next start.
    if (stopping.aborted) return
    if (taken) outbox.markDelivered(delivery)
    else outbox.markAttempted(delivery, retryDelaysMs[delivery.attempts] ?? null)
  }

  const drain = async (): Promise<void> => {
    for (;;) {
      const due = stopping.aborted ? [] : outbox.due(endpoint.url, concurrency)
      if (due.length === 0) return
      await Promise.all(due.map(deliver))
    }
  }

  const schedule = (): void => {
    if (stopping.aborted || running !== null) return
    const nextMs = outbox.nextAttemptAtMs(endpoint.url)
    clearTimeout(timer)
    if (nextMs !== null) timer = setTimeout(start, Math.max(0, nextMs - clock.wallMs()))
  }

  const start = (): void => {
    if (running !== null) return
    running = drain()
      .catch(onError)
      .finally(() => {
        running = null
        schedule()
      })
  }

  stopping.addEventListener('abort', () => clearTimeout(timer), { once: true })
  schedule()
  return {
    wake: schedule,
    async finished() {
      await running
    },
  }
}

/** Posts an event; true when the endpoint took it, which any 2xx says. */
async function post(endpoint: WebhookEndpoint, body: string, clock: Clock, stopping: AbortSignal): Promise<boolean> {
  // Signed by the time outside: receivers refuse old and future signatures by their own clocks.
  const signature = signWebhook(body, endpoint.secret, Math.floor(clock.wallMs() / 1000))
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': signature },
      body,
      redirect: 'error',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Not reached, timed out or redirected: all of them an attempt that failed, which the outbox records.
    return false
  }
}
