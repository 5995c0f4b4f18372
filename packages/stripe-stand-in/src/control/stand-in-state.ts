import type { Clock } from '../clock.ts'
import type { CustomerStore } from '../customers/customer-store.ts'
import type { EventStore } from '../events/event-store.ts'
import type { Fault, FaultQueue } from '../requests/fault-queue.ts'
import type { IdempotencyStore } from '../requests/idempotency-store.ts'
import type { RateLimitCounts, RateLimiter, RateLimits } from '../requests/rate-limiter.ts'
import type { LoggedRequest, RequestCounts, RequestLog } from '../requests/request-log.ts'
import type { SubscriptionStore } from '../subscriptions/subscription-store.ts'
import type { WebhookOutbox } from '../webhooks/webhook-outbox.ts'

/** What the stand-in holds and what was asked of it. It carries no secret. */
export interface StandInState {
  /** The stand-in's clock. */
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
  /** Since the stand-in started; `recent` are the last 200, oldest first. */
  readonly requests: RequestCounts & { recent: readonly LoggedRequest[] }
  readonly rateLimits: RateLimits & RateLimitCounts
  readonly faults: readonly Fault[]
  readonly webhooks: Record<'pending' | 'delivered' | 'failed', number>
}

/** What the state is read from. */
export interface StateDependencies {
  readonly clock: Clock
  readonly customers: CustomerStore
  readonly subscriptions: SubscriptionStore
  readonly events: EventStore
  readonly idempotency: IdempotencyStore
  readonly log: RequestLog
  readonly limiter: RateLimiter
  readonly faults: FaultQueue
  readonly outbox: WebhookOutbox
}

/** Reads the stand-in's state. */
export function readState(from: StateDependencies): StandInState {
  return {
    now: new Date(from.clock.nowMs()).toISOString(),
    counts: {
      customers: from.customers.count(false),
      deletedCustomers: from.customers.count(true),
      activeSubscriptions: from.subscriptions.countActive(),
      events: from.events.count(),
      idempotencyKeys: from.idempotency.count(),
    },
    customers: from.customers.allLive().map(({ id, email, created, metadata }) => ({ id, email, created, metadata })),
    requests: { ...from.log.counts(), recent: from.log.recent() },
    rateLimits: { ...from.limiter.limits(), ...from.limiter.counts() },
    faults: from.faults.list(),
    webhooks: from.outbox.counts(),
  }
}
