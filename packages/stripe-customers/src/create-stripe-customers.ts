import type { Tracer } from '@opentelemetry/api'
import type { SupabaseClient } from '@supabase/supabase-js'
import type { Stripe } from 'stripe'
import { z } from 'zod'
import { applyEvent, type AppliedEvent } from './work/apply-event.ts'
import { systemClock, type Clock } from './clock.ts'
import { defaultRetryPolicy, type RetryPolicy } from './work/decide-retry.ts'
import type { StripeCustomersEvent } from './work/events.ts'
import { createPace } from './stripe/pace.ts'
import { createPostgresFunctions, type PostgresClient } from './store/postgres-functions.ts'
import { provisionProfile, type ProvisionResult } from './work/provision.ts'
import { createSpans, traceFunctions } from './spans.ts'
import { createSupabaseFunctions } from './store/supabase-functions.ts'
import { sweepProfiles, type SweepOptions, type SweepResult } from './work/sweep.ts'
import { createWorkStore } from './store/work-store.ts'

/** The default of `leaseMs`. */
export const defaultLeaseMs = 30_000
/** The default of `requestTimeoutMs`. */
export const defaultRequestTimeoutMs = 10_000

/** Options of {@link createStripeCustomers}; the database is given by either `supabase` or `postgres`. */
export type StripeCustomersOptions = (
  | {
      /** A client with the service role's key. */
      supabase: SupabaseClient
    }
  | {
      /** A connection or pool of a role that may call the SQL functions. */
      postgres: PostgresClient
    }
) & {
  /** The client of the `stripe` package. Its own retries and time-outs are not used. */
  stripe: Stripe
  /** Told of every step; must not throw. Default: nobody, and the engine logs nothing by itself. */
  onEvent?: (event: StripeCustomersEvent) => void
  /** Gets a span for each call, claim, request to Stripe and write. Default: none, at no cost. */
  tracer?: Tracer
  /** How long a claimed row belongs to its worker, in milliseconds; one whose worker dies is taken up then. Default: 30,000. */
  leaseMs?: number
  /** Bounds each request to Stripe, in milliseconds. Default: 10,000. */
  requestTimeoutMs?: number
  /** How long `provision` waits for another worker or a near attempt, in milliseconds. Default: 8,000. */
  waitMs?: number
  /** Rows that a sweep works on at once. Default: 24. */
  concurrency?: number
  /** How often and how fast a row is tried. Default: {@link defaultRetryPolicy}, for what is left out. */
  retryPolicy?: Partial<RetryPolicy>
  /** Passes the time. Default: the system's clock. */
  clock?: Clock
  /** Gives numbers from 0 to 1, exclusive, that spread the attempts. Default: `Math.random`. */
  random?: () => number
  /** Names leases, and the keys of requests that may be repeated. Default: `crypto.randomUUID`. */
  randomUUID?: () => string
}

/** Gives every profile exactly one Stripe customer. */
export interface StripeCustomers {
  /**
   * Does what is due for one profile. Safe to call at any time, from any number of places: a profile never gets a second
   * customer, and callers that come together get the same result.
   *
   * @param profileId A UUID. For anything else, and for a profile that is not there, the outcome is `unknown_profile`.
   * @param options.signal Stops waiting; the work itself goes on. Default: waits up to `waitMs`, then `pending`.
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`. No work is lost then.
   */
  provision(profileId: string, options?: { signal?: AbortSignal }): Promise<ProvisionResult>
  /**
   * Does what is due for all profiles. Several sweeps at once share the work.
   *
   * @param options Its bounds. Default: none; it ends when nothing is due.
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`. No work is lost then.
   */
  sweep(options?: SweepOptions): Promise<SweepResult>
  /**
   * Records an event of Stripe and applies it, once: `customer.deleted` undoes the profile's link, so that another customer
   * is created; `customer.updated` makes the customer get the profile's e-mail and id back if it lost them. It only makes
   * the work due: `provision` or a sweep does it. It does not verify the signature.
   *
   * @param event Any event, parsed from JSON, its signature verified. One about something else is `ignored`.
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`. Nothing is recorded then: let Stripe send it again.
   */
  applyEvent(event: unknown): Promise<AppliedEvent>
}

const uuidSchema = z.guid()

/**
 * Creates the engine. It opens no connection, starts no timer and reads no environment by itself: something has to call
 * `sweep` every minute or so. Keep one for each process: it learns the pace that Stripe allows from all its calls.
 *
 * @example
 * import { createStripeCustomers } from '@routekey/stripe-customers'
 *
 * const customers = createStripeCustomers({ supabase, stripe })
 * const result = await customers.provision(profileId)
 * if (result.outcome === 'provisioned') console.log(result.stripeCustomer)
 */
export function createStripeCustomers(options: StripeCustomersOptions): StripeCustomers {
  const {
    stripe,
    onEvent = () => {},
    tracer,
    leaseMs = defaultLeaseMs,
    requestTimeoutMs = defaultRequestTimeoutMs,
    waitMs = 8000,
    concurrency = 24,
    retryPolicy = {},
    clock = systemClock,
    random = Math.random,
    randomUUID = () => crypto.randomUUID(),
  } = options
  const functions =
    'supabase' in options ? createSupabaseFunctions(options.supabase) : createPostgresFunctions(options.postgres)
  const inSpan = createSpans(tracer)
  const deps = {
    store: createWorkStore(tracer === undefined ? functions : traceFunctions(functions, inSpan)),
    gateway: { stripe, pace: createPace(clock), requestTimeoutMs, randomUUID },
    retryPolicy: { ...defaultRetryPolicy, ...retryPolicy },
    onEvent,
    inSpan,
    leaseMs,
    waitMs,
    concurrency,
    clock,
    random,
    randomUUID,
  }

  // Callers in one process that want the same profile share one attempt instead of asking the database side by side.
  const underWay = new Map<string, Promise<ProvisionResult>>()
  const provisionOnce = (profileId: string): Promise<ProvisionResult> => {
    const existing = underWay.get(profileId)
    if (existing !== undefined) return existing
    const started = inSpan(
      'stripe_customers.provision',
      { 'profile.id': profileId },
      () => provisionProfile(deps, profileId),
      ({ outcome }) => ({ 'provision.outcome': outcome }),
    ).finally(() => underWay.delete(profileId))
    underWay.set(profileId, started)
    return started
  }

  return {
    async provision(profileId, { signal } = {}) {
      signal?.throwIfAborted()
      if (!uuidSchema.safeParse(profileId).success) return { outcome: 'unknown_profile' }
      const result = provisionOnce(profileId.toLowerCase())
      return signal === undefined ? result : untilAborted(result, signal)
    },
    sweep: (sweepOptions) => inSpan('stripe_customers.sweep', {}, () => sweepProfiles(deps, sweepOptions)),
    applyEvent: (event) => applyEvent(deps.store, event),
  }
}

async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: settled.signal })
  })
  try {
    return await Promise.race([result, aborted])
  } finally {
    // A signal may live as long as the process, and would keep every listener that it was given.
    settled.abort()
  }
}
