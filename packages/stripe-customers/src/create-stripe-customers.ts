import type { Stripe } from 'stripe'
import { z } from 'zod'
import { createAccountCheck } from './account/check-account.ts'
import { createSpans, traceFunctions, type Tracer } from './spans.ts'
import { createPostgresFunctions, type PostgresClient } from './store/postgres-functions.ts'
import { createSupabaseFunctions, type SupabaseRpcClient } from './store/supabase-functions.ts'
import { createWorkStore } from './store/work-store.ts'
import { createPace } from './stripe/pace.ts'
import { systemTiming } from './timing.ts'
import { withTimeout } from './with-timeout.ts'
import { applyEvent, type AppliedEvent } from './work/apply-event.ts'
import { defaultRetryPolicy, type RetryPolicy } from './work/decide-retry.ts'
import type { EngineDependencies } from './work/engine-dependencies.ts'
import type { StripeCustomersEvent } from './work/events.ts'
import { provisionProfile, type ProvisionResult } from './work/provision-profile.ts'
import type { WakeUps } from './wake-ups/judge-wake-ups.ts'
import { sweepProfiles, type SweepOptions, type SweepResult } from './work/sweep-profiles.ts'

/** The default of `leaseMs`. */
export const defaultLeaseMs = 30_000
/** The default of `requestTimeoutMs`. */
export const defaultRequestTimeoutMs = 10_000

/** Options of {@link createStripeCustomers}. The database is either `supabase` or `postgres`. */
export type StripeCustomersOptions = (
  | {
      /** A client with the service role's key. */
      readonly supabase: SupabaseRpcClient
    }
  | {
      /** A connection or pool of a role that may call the SQL functions. */
      readonly postgres: PostgresClient
    }
) & {
  /** The client of the `stripe` package. The engine does not use its retries and timeouts. */
  readonly stripe: Stripe
  /**
   * The mode of the client's key: true for live. With it, a key of the other mode is recognised without a request for a customer,
   * and events of the other mode are ignored. Default: unknown.
   */
  readonly livemode?: boolean
  /** Receives every step. Must not throw. Default: no receiver; the engine itself logs nothing. */
  readonly onEvent?: (event: StripeCustomersEvent) => void
  /** Gets a span for each call, claim, request to Stripe and write. Default: no spans, at no cost. */
  readonly tracer?: Tracer
  /** How long a row belongs to the worker that claimed it, in milliseconds. After that, another may claim it. Default: 30,000. */
  readonly leaseMs?: number
  /** Limits each request to Stripe, in milliseconds. Default: 10,000. */
  readonly requestTimeoutMs?: number
  /** How long `provision` waits for another worker, or for an attempt that is due soon, in milliseconds. Default: 8,000. */
  readonly waitMs?: number
  /** Rows that a sweep works on at the same time. Default: 24. */
  readonly concurrency?: number
  /** How often and how fast a row is tried. Default: {@link defaultRetryPolicy}, also for each field that is left out. */
  readonly retryPolicy?: Partial<RetryPolicy>
  /** Returns the present instant. Default: the system's clock. */
  readonly clock?: () => Date
  /** Resolves after `ms` milliseconds. Default: a timer. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Returns numbers from 0 to 1, exclusive, that spread the attempts. Default: `Math.random`. */
  readonly random?: () => number
  /** Returns the ids of leases, and the idempotency keys of updates. Default: `crypto.randomUUID`. */
  readonly randomUUID?: () => string
}

/** Gives every profile exactly one Stripe customer. */
export interface StripeCustomers {
  /**
   * Does the work that is due for one profile. Safe to call at any time and from any number of processes: a profile never
   * gets a second customer, and concurrent callers get the same result.
   *
   * @param profileId a UUID; for any other text, and for a profile that does not exist, the outcome is `unknown_profile`
   * @param options.signal ends the wait, not the work; default: waits up to `waitMs`, then returns `pending`
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE`; no work is lost
   */
  provision(profileId: string, options?: { signal?: AbortSignal }): Promise<ProvisionResult>
  /**
   * Does the work that is due for all profiles. Concurrent sweeps share the work.
   *
   * @param options limits; default: none, so it ends when nothing is due
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE`; no work is lost
   */
  sweep(options?: SweepOptions): Promise<SweepResult>
  /**
   * Records an event from Stripe and applies it once. `customer.deleted` removes the profile's link, so that the profile gets
   * another customer. `customer.updated` restores the profile's e-mail and id on the customer if it lost them. Both only make
   * the work due; `provision` or a sweep does it. It does not verify the signature.
   *
   * @param event anything that Stripe signed, parsed from JSON; `ignored` unless it is such an event of this account and mode
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE`; the event is not recorded then, and Stripe's next delivery applies it
   */
  applyEvent(event: unknown): Promise<AppliedEvent>
  /**
   * Reads who made the customers of the last hour, and whether the wake-ups arrived that triggers send to the route. A lost one
   * costs seconds only, so nothing else shows that all are lost.
   *
   * @param options.signal ends the wait; default: none
   * @throws `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`, `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED` or
   *   `ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE`
   */
  readWakeUps(options?: { signal?: AbortSignal }): Promise<WakeUps>
}

const uuidSchema = z.guid()

/**
 * Creates the engine. It opens no connection, starts no timer and reads no environment: call `sweep` about once a minute.
 * Keep one engine for each process, because it learns Stripe's rate limit from all of its calls.
 *
 * @example
 * import { createStripeCustomers } from '@routekey/stripe-customers'
 *
 * const customers = createStripeCustomers({ supabase, stripe })
 * const result = await customers.provision(profileId)
 * if (result.outcome === 'provisioned') console.log(result.stripeCustomer)
 */
export function createStripeCustomers(options: StripeCustomersOptions): StripeCustomers {
  const deps = createDependencies(options)
  const { inSpan } = deps

  // Concurrent callers in one process that want the same profile share one attempt instead of asking the database each.
  const inProgress = new Map<string, Promise<ProvisionResult>>()
  const provisionOnce = (profileId: string): Promise<ProvisionResult> => {
    const existing = inProgress.get(profileId)
    if (existing !== undefined) return existing
    const started = inSpan(
      'stripe_customers.provision',
      { 'profile.id': profileId },
      () => provisionProfile(deps, profileId),
      ({ outcome }) => ({ 'provision.outcome': outcome }),
    ).finally(() => inProgress.delete(profileId))
    inProgress.set(profileId, started)
    return started
  }

  return {
    async provision(profileId, { signal } = {}) {
      signal?.throwIfAborted()
      if (!uuidSchema.safeParse(profileId).success) return { outcome: 'unknown_profile' }
      return withTimeout(provisionOnce(profileId.toLowerCase()), { signal })
    },
    sweep: (sweepOptions) => inSpan('stripe_customers.sweep', {}, () => sweepProfiles(deps, sweepOptions)),
    applyEvent: (event) => applyEvent(deps.store, event, options.livemode),
    readWakeUps: ({ signal } = {}) => withTimeout(deps.store.readWakeUps(), { signal }),
  }
}

function createDependencies(options: StripeCustomersOptions): EngineDependencies {
  const {
    stripe,
    onEvent = () => {},
    tracer,
    livemode = null,
    leaseMs = defaultLeaseMs,
    requestTimeoutMs = defaultRequestTimeoutMs,
    waitMs = 8000,
    concurrency = 24,
    retryPolicy = {},
    clock = systemTiming.clock,
    sleep = systemTiming.sleep,
    random = Math.random,
    randomUUID = () => crypto.randomUUID(),
  } = options
  const functions =
    'supabase' in options ? createSupabaseFunctions(options.supabase) : createPostgresFunctions(options.postgres)
  const inSpan = createSpans(tracer)
  return {
    store: createWorkStore(tracer === undefined ? functions : traceFunctions(functions, inSpan)),
    gateway: { stripe, pace: createPace({ clock, sleep }), requestTimeoutMs, clock, randomUUID },
    checkAccount: createAccountCheck(livemode),
    retryPolicy: { ...defaultRetryPolicy, ...retryPolicy },
    onEvent,
    inSpan,
    leaseMs,
    waitMs,
    concurrency,
    clock,
    sleep,
    random,
    randomUUID,
  }
}
