/** Why the engine cannot go on. Expected outcomes are values; these are faults of configuration or infrastructure. */
export type StripeCustomersErrorCode = 'ERR_STRIPE_CUSTOMERS_DATABASE' | 'ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER'

/**
 * What the engine throws. `ERR_STRIPE_CUSTOMERS_DATABASE`: the database could not be reached or refused the call, and
 * `cause` is its answer. `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`: it answered something else than the migrations promise.
 * Neither loses work: the row stays due, and its lease ends by itself.
 */
export class StripeCustomersError extends Error {
  readonly code: StripeCustomersErrorCode

  constructor(code: StripeCustomersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StripeCustomersError'
    this.code = code
  }
}
