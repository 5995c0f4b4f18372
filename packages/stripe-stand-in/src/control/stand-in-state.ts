import type { AdjustableClock } from '../adjustable-clock.ts'
import type { CustomerStore } from '../customers/customer-store.ts'
import type { EventStore } from '../events/event-store.ts'
import type { Fault, FaultQueue } from '../requests/fault-queue.ts'
import type { IdempotencyStore } from '../requests/idempotency-store.ts'
import type { RateLimitCounts, RateLimiter } from '../requests/rate-limiter.ts'
import type { LoggedRequest, RequestCounts, RequestLog } from '../requests/request-log.ts'
import type { SubscriptionStore } from '../subscriptions/subscription-store.ts'
import type { WebhookOutbox } from '../webhooks/webhook-outbox.ts'

/** The objects that the stand-in holds and the requests that it got. It holds no secret. */
export interface StandInState {
  /** The time in the stand-in, in ISO 8601. */
  readonly now: string
  readonly counts: {
    customers: number
    deletedCustomers: number
    activeSubscriptions: number
    events: number
    idempotencyKeys: number
  }
  /** The live customers, newest first. */
  readonly customers: {
    id: string
    email: string | null
    created: number
    metadata: Readonly<Record<string, string>>
  }[]
  /** Since the stand-in started. `recent` holds the last 200, oldest first. */
  readonly requests: RequestCounts & { recent: readonly LoggedRequest[] }
  readonly rateLimits: RateLimitCounts
  readonly faults: readonly Fault[]
  readonly webhooks: Record<'pending' | 'delivered' | 'failed', number>
}

export interface StateDependencies {
  readonly clock: AdjustableClock
  readonly customers: CustomerStore
  readonly subscriptions: SubscriptionStore
  readonly events: EventStore
  readonly idempotency: IdempotencyStore
  readonly log: RequestLog
  readonly limiter: RateLimiter
  readonly faults: FaultQueue
  readonly outbox: WebhookOutbox
}

/** Reads the state of the stand-in. */
export function readState(from: StateDependencies): StandInState {
  return {
    now: from.clock.now().toISOString(),
    counts: {
      customers: from.customers.count(false),
      deletedCustomers: from.customers.count(true),
      activeSubscriptions: from.subscriptions.count(),
      events: from.events.count(),
      idempotencyKeys: from.idempotency.count(),
    },
    customers: from.customers.allLive().map(({ id, email, created, metadata }) => ({ id, email, created, metadata })),
    requests: { ...from.log.counts(), recent: from.log.recent() },
    rateLimits: from.limiter.counts(),
    faults: from.faults.list(),
    webhooks: from.outbox.counts(),
  }
}
