import type { Stripe } from 'stripe'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { StripeCustomersError } from '../errors.ts'
import { createPace } from '../stripe/pace.ts'
import {
  customerOrDeletedSchema,
  customerPageSchema,
  deletedSchema,
  type StripeCustomer,
} from '../stripe/stripe-customer.ts'
import { describeMalformedAnswer, describeStripeFailure } from '../stripe/stripe-failure.ts'
import type { LinkedCustomer, LiveCustomer } from './decide-profile.ts'

/** What reconciling asks of Stripe. Each call waits its turn, and throws `ERR_STRIPE_CUSTOMERS_STRIPE` in the end. */
export interface StripeAccount {
  /** Gives the live customers page by page, the newest first. */
  pages(): AsyncGenerator<LiveCustomer[]>
  retrieve(customer: string): Promise<Exclude<LinkedCustomer, null>>
  hasSubscription(customer: string): Promise<boolean>
  delete(customer: string): Promise<void>
}

const pageSize = 100
const maxTries = 6
const maxLimitedTries = 60
const retryDelayMs = 500
const turnMs = 3_600_000
const subscriptionPageSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/** Wraps a `stripe` client for the command line, where there is no work table that would try again. */
export function createStripeAccount(stripe: Stripe, clock: Clock): StripeAccount {
  const pace = createPace(clock)
  const options = { timeout: 20_000, maxNetworkRetries: 0 }

  const call = async <T>(schema: z.ZodType<T>, request: () => Promise<unknown>): Promise<T | 'missing'> => {
    for (let tries = 1, limitedTries = 1; ;) {
      await pace.take(clock.nowMs() + turnMs)
      try {
        const value = await request()
        pace.succeeded()
        return parseAnswer(schema, value)
      } catch (cause) {
        if (cause instanceof StripeCustomersError) throw cause
        const failure = describeStripeFailure(cause)
        if (failure.code === 'stripe_missing') return 'missing'
        if (failure.code === 'stripe_rate_limited' && limitedTries < maxLimitedTries) {
          limitedTries += 1
          pace.limited(failure.retryAfterMs)
          continue
        }
        const passes = failure.code === 'stripe_unreachable' || failure.code === 'stripe_unavailable'
        if (!passes || tries >= maxTries) {
          throw new StripeCustomersError('ERR_STRIPE_CUSTOMERS_STRIPE', `Stripe: ${failure.message}`, { cause })
        }
        await clock.sleep(retryDelayMs * 2 ** tries)
        tries += 1
      }
    }
  }

  return {
    async *pages() {
      let after: string | undefined
      do {
        const position = after === undefined ? {} : { starting_after: after }
        const page = await call(customerPageSchema, () =>
          stripe.customers.list({ limit: pageSize, ...position }, options),
        )
        // A list is never missing: nothing like Stripe is at the address.
        if (page === 'missing') throw createMalformedError()
        yield page.data.map(toLiveCustomer)
        after = page.has_more ? page.data.at(-1)?.id : undefined
      } while (after !== undefined)
    },
    async retrieve(customer) {
      const answer = await call(customerOrDeletedSchema, () => stripe.customers.retrieve(customer, {}, options))
      if (answer === 'missing') return 'unknown'
      return answer === 'deleted' ? 'deleted' : toLiveCustomer(answer)
    },
    async hasSubscription(customer) {
      // By default Stripe leaves out those that were canceled.
      const page = await call(subscriptionPageSchema, () => stripe.subscriptions.list({ customer, limit: 1 }, options))
      return page !== 'missing' && page.data.length > 0
    },
    async delete(customer) {
      await call(deletedSchema, () => stripe.customers.del(customer, {}, options))
    },
  }
}

/** The package resolves whatever carries no `error`, for example the answer of a proxy. */
function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw createMalformedError(parsed.error)
}

function createMalformedError(cause?: unknown): StripeCustomersError {
  const { message } = describeMalformedAnswer()
  return new StripeCustomersError('ERR_STRIPE_CUSTOMERS_STRIPE', `Stripe: ${message}`, { cause })
}

function toLiveCustomer({ id, email, metadata, created }: StripeCustomer): LiveCustomer {
  return { id, email, profileId: metadata['profile_id']?.toLowerCase() ?? null, created }
}
