import type { Stripe } from 'stripe'
import type { z } from 'zod'
import { StripeCustomersError } from '../errors.ts'
import { callStripe } from '../stripe/call-stripe.ts'
import { type CustomerUse, customerUseQueries } from '../stripe/customer-use.ts'
import { createPace } from '../stripe/pace.ts'
import {
  accountIdSchema,
  customerOrDeletedSchema,
  customerPageSchema,
  deletedSchema,
  markOf,
  type StripeCustomer,
} from '../stripe/stripe-customer.ts'
import { describeMalformedResponse, type StripeFailure } from '../stripe/stripe-failure.ts'
import type { Timing } from '../timing.ts'
import type { LinkedCustomer, LiveCustomer } from './decide-profile.ts'

/** The calls to Stripe that reconciling makes. Each waits for its turn, retries, and throws `ERR_STRIPE_CUSTOMERS_STRIPE_FAILED`. */
export interface StripeAccount {
  /**
   * Lists the customers that are not deleted page by page, the newest first. `others`: how many cannot be those of profiles.
   * Those that are expected to belong to others come without a mark and e-mail, because they may still be linked.
   */
  pages(): AsyncGenerator<{ customers: LiveCustomer[]; others: number }>
  retrieve(customer: string): Promise<Exclude<LinkedCustomer, null>>
  /** Reads the id of the account. Null if the key cannot, as a restricted one. */
  readAccount(): Promise<string | null>
  /** Returns what would be lost with a customer. Null if nothing, or if there is no such customer. */
  findUse(customer: string): Promise<CustomerUse | null>
  delete(customer: string): Promise<void>
}

const pageSize = 100
const maxTries = 6
const maxLimitedTries = 60
const retryDelayMs = 500
const requestTimeoutMs = 20_000

/**
 * Creates the calls for the command line, which has no work table that would try again.
 *
 * @param isForeign tells from its metadata whether a customer is expected to belong to others; default: none is
 */
export function createStripeAccount(
  stripe: Stripe,
  timing: Timing,
  isForeign: (metadata: StripeCustomer['metadata']) => boolean = () => false,
): StripeAccount {
  const pace = createPace(timing)
  const options = { timeout: requestTimeoutMs, maxNetworkRetries: 0 }

  const call = async <T>(
    schema: z.ZodType<T>,
    request: () => Promise<unknown>,
    isMissing = ({ code }: StripeFailure): boolean => code === 'stripe_missing',
  ): Promise<T | 'missing'> => {
    for (let tries = 0, limitedTries = 0; ;) {
      const result = await callStripe({ pace, requestTimeoutMs }, schema, request)
      if (result.ok) return result.value
      const { failure, cause } = result
      if (isMissing(failure)) return 'missing'
      const isLimited = failure.code === 'stripe_rate_limited'
      const isTransient = failure.code === 'stripe_unreachable' || failure.code === 'stripe_unavailable'
      if (isLimited) limitedTries += 1
      else tries += 1
      if (!isLimited && !isTransient) throw createError(failure, cause)
      if (limitedTries === maxLimitedTries || tries === maxTries) throw createError(failure, cause)
      // After a rate limit the pace waits.
      if (isTransient) await timing.sleep(retryDelayMs * 2 ** tries)
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
        // Stripe itself never responds to a list with 404.
        if (page === 'missing') throw createError(describeMalformedResponse())
        const { others, last } = page
        const customers = page.data.map((customer) => {
          const live = toLiveCustomer(customer)
          return isForeign(customer.metadata) ? { ...live, email: null, profileId: null } : live
        })
        yield { customers, others }
        after = page.has_more ? last : undefined
      } while (after !== undefined)
    },
    async retrieve(customer) {
      const result = await call(customerOrDeletedSchema, () => stripe.customers.retrieve(customer, {}, options))
      if (result === 'missing') return 'unknown'
      return result === 'deleted' ? 'deleted' : toLiveCustomer(result)
    },
    async readAccount() {
      const id = await call(
        accountIdSchema,
        () => stripe.accounts.retrieve(null, {}, options),
        ({ status }) => status === 403,
      )
      return id === 'missing' ? null : id
    },
    async findUse(customer) {
      for (const { use, request, schema } of customerUseQueries) {
        if ((await call(schema, () => request(stripe, customer, options))) === true) return use
      }
      return null
    },
    async delete(customer) {
      await call(deletedSchema, () => stripe.customers.del(customer, {}, options))
    },
  }
}

function createError({ code, message }: StripeFailure, cause?: unknown): StripeCustomersError {
  const remedy = code === 'stripe_unauthorized' ? 'Check STRIPE_SECRET_KEY.' : 'Run the command again.'
  return new StripeCustomersError('ERR_STRIPE_CUSTOMERS_STRIPE_FAILED', `Stripe: ${message} ${remedy}`, { cause })
}

function toLiveCustomer(customer: StripeCustomer): LiveCustomer {
  const { id, email, created } = customer
  return { id, email, profileId: markOf(customer), created }
}
