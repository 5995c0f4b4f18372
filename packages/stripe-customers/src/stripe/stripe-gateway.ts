import type { Stripe } from 'stripe'
import type { z } from 'zod'
import type { CustomerParameters } from '../store/work-rows.ts'
import { callStripe, type StripeResult } from './call-stripe.ts'
import { type CustomerUse, customerUseQueries } from './customer-use.ts'
import { type CustomerQuery, type CustomerSource, findCustomer } from './find-customer.ts'
import type { Pace } from './pace.ts'
import {
  accountIdSchema,
  createdCustomerSchema,
  customerOrDeletedSchema,
  customerPageSchema,
  deletedSchema,
  type StripeCustomer,
} from './stripe-customer.ts'

/** The engine's calls to Stripe. Each waits for its turn and begins within the lease. None throws. */
export interface StripeGateway {
  /** Reads the id of the account. Null if the key cannot, as a restricted one. */
  readAccount(): Promise<StripeResult<string | null>>
  create(parameters: CustomerParameters, idempotencyKey: string): Promise<StripeResult<StripeCustomer>>
  retrieve(customer: string): Promise<StripeResult<StripeCustomer | 'deleted'>>
  /** Writes the e-mail and the profile id. */
  update(customer: string, email: string | null, profileId: string): Promise<StripeResult<StripeCustomer | 'deleted'>>
  /** Succeeds if the customer was deleted before, but not if the account never had it. */
  delete(customer: string): Promise<StripeResult<'deleted'>>
  /** Finds the customer to keep of those with the profile's id in their metadata. Null if there is none. */
  find(query: CustomerQuery): Promise<StripeResult<StripeCustomer | null>>
  /** Returns what would be lost with a customer. Null if nothing. */
  findUse(customer: string): Promise<StripeResult<CustomerUse | null>>
}

/** What the gateway is made of. */
export interface StripeGatewayDependencies {
  readonly stripe: Stripe
  readonly pace: Pace
  readonly requestTimeoutMs: number
  readonly clock: () => Date
  readonly randomUUID: () => string
}

/**
 * Creates the calls to Stripe for the time of one lease.
 *
 * @param leaseExpiresAt no request begins after it, because the row's next worker may already be further than this one
 */
export function createStripeGateway(deps: StripeGatewayDependencies, leaseExpiresAt: Date): StripeGateway {
  const { stripe, pace, requestTimeoutMs, clock, randomUUID } = deps
  // Retries belong to the work table, where they outlive the process. The package repeats a request once after a connection
  // reset in spite of `maxNetworkRetries`, which is why every POST carries a key.
  const options = { timeout: requestTimeoutMs, maxNetworkRetries: 0 }
  const call = <T>(schema: z.ZodType<T>, request: () => Promise<unknown>): Promise<StripeResult<T>> =>
    callStripe({ pace, requestTimeoutMs, deadline: leaseExpiresAt }, schema, request)

  const gateway: Omit<StripeGateway, 'find'> = {
    async readAccount() {
      const result = await call(accountIdSchema, () => stripe.accounts.retrieve(null, {}, options))
      return !result.ok && result.failure.status === 403 ? { ok: true, value: null, replayed: false } : result
    },

    create: (parameters, idempotencyKey) =>
      call(createdCustomerSchema, () => stripe.customers.create(parameters, { ...options, idempotencyKey })),

    retrieve: (customer) => call(customerOrDeletedSchema, () => stripe.customers.retrieve(customer, {}, options)),

    async update(customer, email, profileId) {
      const parameters = { email: email ?? '', metadata: { profile_id: profileId } }
      const result = await call(customerOrDeletedSchema, () =>
        // A new key each time: repeating an update is safe, a stored 500 is not.
        stripe.customers.update(customer, parameters, { ...options, idempotencyKey: randomUUID() }),
      )
      // Stripe refuses an update of a deleted customer like one of an unknown customer. Retrieving it tells them apart.
      return !result.ok && result.failure.code === 'stripe_missing' ? gateway.retrieve(customer) : result
    },

    async findUse(customer) {
      for (const { use, request, schema } of customerUseQueries) {
        const result = await call(schema, () => request(stripe, customer, options))
        if (!result.ok) return result
        if (result.value) return { ...result, value: use }
      }
      return { ok: true, value: null, replayed: false }
    },

    async delete(customer) {
      const result = await call(deletedSchema, () => stripe.customers.del(customer, {}, options))
      if (result.ok || result.failure.code !== 'stripe_missing') return result
      // With the key of another account, the row would be closed while the customer and its subscriptions continue.
      const retrieved = await gateway.retrieve(customer)
      if (!retrieved.ok) return retrieved
      return retrieved.value === 'deleted' ? { ...retrieved, value: retrieved.value } : result
    },
  }

  const listCustomers: CustomerSource['list'] = (parameters) =>
    call(customerPageSchema, () => stripe.customers.list(parameters, options))
  const searchCustomers: CustomerSource['search'] = (parameters) =>
    call(customerPageSchema, () => stripe.customers.search(parameters, options))
  const source = { list: listCustomers, search: searchCustomers, ...gateway, clock }
  return { ...gateway, find: (query) => findCustomer(source, query) }
}
