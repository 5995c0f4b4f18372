import type { Stripe } from 'stripe'
import type { z } from 'zod'
import type { Pace } from './pace.ts'
import {
  customerOrDeletedSchema,
  customerPageSchema,
  customerSchema,
  deletedSchema,
  type StripeCustomer,
} from './stripe-customer.ts'
import {
  describeMalformedAnswer,
  describeMissedTurn,
  describeStripeFailure,
  type StripeFailure,
} from './stripe-failure.ts'
import type { CustomerParameters } from '../store/work-store.ts'

/** What became of a call: its value, or how it failed. `replayed`: the value is the stored one of an earlier request. */
export type StripeAnswer<T> = { ok: true; value: T; replayed: boolean } | { ok: false; failure: StripeFailure }

/** What a customer is looked for by. */
export interface SoughtCustomer {
  readonly profileId: string
  /** The e-mail that it would have been created with. */
  readonly email: string | null
  /** How long ago it was first tried to create it. */
  readonly firstAttemptAgeSeconds: number
}

/** The calls to Stripe that the engine makes, each at the engine's pace and begun within its lease. None throws. */
export interface StripeGateway {
  create(parameters: CustomerParameters, idempotencyKey: string): Promise<StripeAnswer<StripeCustomer>>
  /** Gives 'deleted' for a customer that was deleted. */
  retrieve(customer: string): Promise<StripeAnswer<StripeCustomer | 'deleted'>>
  /** Writes e-mail and profile id; gives 'deleted' for a customer that was deleted. */
  update(customer: string, email: string | null, profileId: string): Promise<StripeAnswer<StripeCustomer | 'deleted'>>
  /** Succeeds for a customer that was deleted already; not for one that the account never had. */
  delete(customer: string): Promise<StripeAnswer<'deleted'>>
  /** Gives the oldest customer that carries the profile's id; null where there is none. */
  find(sought: SoughtCustomer): Promise<StripeAnswer<StripeCustomer | null>>
}

const pageSize = 100
/** By how much this server's clock may be ahead of Stripe's when customers are listed by their age. */
const clockToleranceSeconds = 600

/** What the calls need. */
export interface StripeGatewayDependencies {
  readonly stripe: Stripe
  readonly pace: Pace
  /** Bounds each request. */
  readonly requestTimeoutMs: number
  readonly randomUUID: () => string
}

/**
 * Wraps a `stripe` client for the time of one lease.
 *
 * @param deadlineMs The end of the lease, by the clock of `pace`. No request is begun after it: whoever has the row
 * then may already be past what this one would do.
 */
export function createStripeGateway(deps: StripeGatewayDependencies, deadlineMs: number): StripeGateway {
  const { stripe, pace, requestTimeoutMs, randomUUID } = deps
  // Retries belong to the work table, where they outlive the process. The package repeats a request once after a reset
  // of the connection whatever this says, which is why every POST carries a key.
  const options = { timeout: requestTimeoutMs, maxNetworkRetries: 0 }

  const call = async <T>(schema: z.ZodType<T>, request: () => Promise<unknown>): Promise<StripeAnswer<T>> => {
    const missedByMs = await pace.take(deadlineMs)
    if (missedByMs > 0) return { ok: false, failure: describeMissedTurn(missedByMs) }
    let value: unknown
    try {
      value = await withinTime(request(), requestTimeoutMs)
    } catch (error) {
      const failure = describeStripeFailure(error)
      if (failure.code === 'stripe_rate_limited') pace.limited(failure.retryAfterMs)
      return { ok: false, failure }
    }
    pace.succeeded()
    const parsed = schema.safeParse(value)
    if (!parsed.success) return { ok: false, failure: describeMalformedAnswer() }
    return { ok: true, value: parsed.data, replayed: isReplayed(value) }
  }

  const gateway: Omit<StripeGateway, 'find'> = {
    create: (parameters, idempotencyKey) =>
      call(customerSchema, () => stripe.customers.create(parameters, { ...options, idempotencyKey })),

    retrieve: (customer) => call(customerOrDeletedSchema, () => stripe.customers.retrieve(customer, {}, options)),

    async update(customer, email, profileId) {
      const parameters = { email: email ?? '', metadata: { profile_id: profileId } }
      const answer = await call(customerOrDeletedSchema, () =>
        // A new key each time: an update may safely be repeated, a stored 500 may not.
        stripe.customers.update(customer, parameters, { ...options, idempotencyKey: randomUUID() }),
      )
      // Stripe refuses to update a deleted customer as it refuses one that never was; only a look tells them apart.
      return !answer.ok && answer.failure.code === 'stripe_missing' ? gateway.retrieve(customer) : answer
    },

    async delete(customer) {
      const answer = await call(deletedSchema, () => stripe.customers.del(customer, {}, options))
      if (answer.ok || answer.failure.code !== 'stripe_missing') return answer
      // The key of another account would otherwise close the row while the customer, and what it pays for, goes on.
      const looked = await gateway.retrieve(customer)
      if (!looked.ok) return looked
      return looked.value === 'deleted' ? { ...looked, value: looked.value } : answer
    },
  }

  /** A list shows what was created a moment ago; the oldest comes last. */
  const findInList = async (sought: SoughtCustomer): Promise<StripeAnswer<StripeCustomer | null>> => {
    const createdSince = Math.floor(Date.now() / 1000 - sought.firstAttemptAgeSeconds) - clockToleranceSeconds
    const condition = sought.email === null ? { created: { gte: createdSince } } : { email: sought.email }
    let oldest: StripeCustomer | null = null
    let after: string | undefined
    do {
      const position = after === undefined ? {} : { starting_after: after }
      const page = await call(customerPageSchema, () =>
        stripe.customers.list({ ...condition, ...position, limit: pageSize }, options),
      )
      if (!page.ok) return page
      oldest = findOldest(page.value.data, sought.profileId) ?? oldest
      after = page.value.has_more ? page.value.data.at(-1)?.id : undefined
    } while (after !== undefined)
    return { ok: true, value: oldest, replayed: false }
  }

  return {
    ...gateway,
    async find(sought) {
      const listed = await findInList(sought)
      if (!listed.ok || listed.value !== null) return listed
      // Search also finds a customer whose e-mail was changed in Stripe, but may lag behind by a minute.
      const query = `metadata['profile_id']:'${sought.profileId}'`
      const searched = await call(customerPageSchema, () =>
        stripe.customers.search({ query, limit: pageSize }, options),
      )
      if (searched.ok) return { ...searched, value: findOldest(searched.value.data, sought.profileId) }
      // Search is not to be had in every country; there the list has to do.
      return searched.failure.code === 'stripe_refused' ? listed : searched
    },
  }
}

/** The package's own timeout is for silence: an answer that comes in drops, and its repetition, would outlast any lease. */
async function withinTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No whole answer came within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function findOldest(customers: StripeCustomer[], profileId: string): StripeCustomer | null {
  const own = customers.filter((customer) => customer.metadata['profile_id'] === profileId)
  return own.toSorted((a, b) => a.created - b.created)[0] ?? null
}

function isReplayed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('lastResponse' in value)) return false
  const { lastResponse } = value
  if (typeof lastResponse !== 'object' || lastResponse === null || !('headers' in lastResponse)) return false
  const { headers } = lastResponse
  if (typeof headers !== 'object' || headers === null || !('idempotent-replayed' in headers)) return false
  return headers['idempotent-replayed'] === 'true'
}
