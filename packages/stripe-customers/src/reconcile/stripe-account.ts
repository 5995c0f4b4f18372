import type { Stripe } from 'stripe'
import type { Clock } from '../clock.ts'
import { StripeCustomersError } from '../errors.ts'
import { createPace } from '../pace.ts'
import { customerOrDeletedSchema, customerPageSchema, type StripeCustomer } from '../stripe-customer.ts'
import { describeStripeFailure } from '../stripe-failure.ts'
import type { LinkedCustomer, LiveCustomer } from './decide-profile.ts'

/** What reconciling asks of Stripe. Each call waits its turn, and throws `ERR_STRIPE_CUSTOMERS_STRIPE` in the end. */
export type StripeAccount = {
  /** Gives the live customers page by page, the newest first. */
  pages(): AsyncGenerator<LiveCustomer[]>
  retrieve(customer: string): Promise<Exclude<LinkedCustomer, null>>
  hasSubscription(customer: string): Promise<boolean>
  delete(customer: string): Promise<void>
}

const PAGE_SIZE = 100
const MAX_TRIES = 6
const MAX_LIMITED_TRIES = 60
const RETRY_DELAY_MS = 500
const TURN_MS = 3_600_000

/** Wraps a `stripe` client for the command line, where there is no work table that would try again. */
export function createStripeAccount(stripe: Stripe, clock: Clock): StripeAccount {
  const pace = createPace(clock)
  const options = { timeout: 20_000, maxNetworkRetries: 0 }

  const call = async <T>(request: () => Promise<T>): Promise<T | 'missing'> => {
    for (let tries = 1, limitedTries = 1; ;) {
      await pace.take(clock.nowMs() + TURN_MS)
      try {
        const value = await request()
        pace.succeeded()
        return value
      } catch (cause) {
        const failure = describeStripeFailure(cause)
        if (failure.code === 'stripe_missing') return 'missing'
        if (failure.code === 'stripe_rate_limited' && limitedTries < MAX_LIMITED_TRIES) {
          limitedTries += 1
          pace.limited(failure.retryAfterMs)
          continue
        }
        const passes = failure.code === 'stripe_unreachable' || failure.code === 'stripe_unavailable'
        if (!passes || tries >= MAX_TRIES) {
          throw new StripeCustomersError('ERR_STRIPE_CUSTOMERS_STRIPE', `Stripe: ${failure.message}`, { cause })
        }
        await clock.sleep(RETRY_DELAY_MS * 2 ** tries)
        tries += 1
      }
    }
  }

  return {
    async *pages() {
      let after: string | undefined
      do {
        const position = after === undefined ? {} : { starting_after: after }
        const page = customerPageSchema.parse(
          await call(() => stripe.customers.list({ limit: PAGE_SIZE, ...position }, options)),
        )
        yield page.data.map(toLiveCustomer)
        after = page.has_more ? page.data.at(-1)?.id : undefined
      } while (after !== undefined)
    },
    async retrieve(customer) {
      const answer = await call(() => stripe.customers.retrieve(customer, {}, options))
      if (answer === 'missing') return 'unknown'
      const parsed = customerOrDeletedSchema.parse(answer)
      return parsed === 'deleted' ? 'deleted' : toLiveCustomer(parsed)
    },
    async hasSubscription(customer) {
      // By default Stripe leaves out those that were canceled.
      const page = await call(() => stripe.subscriptions.list({ customer, limit: 1 }, options))
      return page !== 'missing' && page.data.length > 0
    },
    async delete(customer) {
      await call(() => stripe.customers.del(customer, {}, options))
    },
  }
}

function toLiveCustomer({ id, email, metadata, created }: StripeCustomer): LiveCustomer {
  return { id, email, profileId: metadata['profile_id']?.toLowerCase() ?? null, created }
}
