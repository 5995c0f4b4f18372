import { toUnixSeconds, type AdjustableClock } from '../adjustable-clock.ts'
import { signWebhook } from './sign-webhook.ts'
import type { Delivery, WebhookEndpoint, WebhookOutbox } from './webhook-outbox.ts'

/** How many events are sent to one endpoint at the same time. */
const concurrency = 8

/** How long an endpoint can take to answer. */
export const deliveryTimeoutMs = 10_000

/** The delay before each retry. Stripe retries for days, which is too long to watch. */
export const defaultRetryDelaysMs: readonly number[] = [1000, 5000, 30_000]

export interface DeliveryDependencies {
  readonly outbox: WebhookOutbox
  readonly clock: AdjustableClock
  readonly endpoints: readonly WebhookEndpoint[]
  readonly retryDelaysMs: readonly number[]
  /** Aborted when the stand-in stops. */
  readonly stopping: AbortSignal
  /** Called with every bug of the stand-in itself, not when an endpoint fails. */
  readonly onError: (error: unknown) => void
}

export interface WebhookDelivery {
  /** Sends new events of the outbox. */
  wake(): void
  /** Resolves when the last delivery has ended, after `stopping` was aborted. */
  finished(): Promise<void>
}

/** Starts to send the events of the outbox: immediately, and again when a retry is due. */
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
    const isAccepted = await post(endpoint, delivery.body, clock, stopping)
    // A delivery that was interrupted stays pending and is sent at the next start.
    if (stopping.aborted) return
    if (isAccepted) outbox.markDelivered(delivery)
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
    if (nextMs !== null) timer = setTimeout(start, Math.max(0, nextMs - clock.outsideNow().getTime()))
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

/** Posts an event. Returns true if the endpoint answers 2xx. */
async function post(
  endpoint: WebhookEndpoint,
  body: string,
  clock: AdjustableClock,
  stopping: AbortSignal,
): Promise<boolean> {
  // Signed with the outside time, because receivers refuse old and future timestamps by their own clocks.
  const signature = signWebhook(body, endpoint.secret, toUnixSeconds(clock.outsideNow()))
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': signature },
      body,
      redirect: 'error',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(deliveryTimeoutMs)]),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    // Unreachable, timed out or redirected: the outbox records a failed attempt.
    return false
  }
}
