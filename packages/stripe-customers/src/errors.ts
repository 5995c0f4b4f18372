/** Why the engine cannot continue. Expected outcomes are values; these are faults of the configuration or the infrastructure. */
export type StripeCustomersErrorCode =
  /** The database could not be reached, or cannot do anything at present. */
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE'
  /** The database refused the call and would refuse it again. `cause` is its error. */
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED'
  /** A SQL function returned something that its migration does not define. */
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE'
  /** Stripe did not respond to the command line, or refused a call. The engine itself never throws it. */
  | 'ERR_STRIPE_CUSTOMERS_STRIPE_FAILED'

/** What the engine throws. No work is lost: the row stays due, and its lease expires by itself. */
export class StripeCustomersError extends Error {
  readonly code: StripeCustomersErrorCode

  constructor(code: StripeCustomersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StripeCustomersError'
    this.code = code
  }
}

/** Returns whether `error` is a {@link StripeCustomersError} with this code. */
export function hasErrorCode(error: unknown, code: StripeCustomersErrorCode): error is StripeCustomersError {
  return error instanceof StripeCustomersError && error.code === code
}
