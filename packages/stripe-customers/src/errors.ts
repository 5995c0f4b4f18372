/** Why the engine cannot go on. Expected outcomes are values; these are faults of configuration or infrastructure. */
export type StripeCustomersErrorCode =
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE'
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED'
  | 'ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER'
  | 'ERR_STRIPE_CUSTOMERS_STRIPE'

/**
 * What the engine throws. None of it loses work: the row stays due, and its lease ends by itself.
 *
 * - `ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE`: the database could not be reached, or can do nothing at present.
 * - `ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED`: it refused the call and will refuse it again; `cause` is its answer.
 * - `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`: it answered something else than the migrations promise.
 * - `ERR_STRIPE_CUSTOMERS_STRIPE`: Stripe did not answer the command line, or refused it. The engine itself never throws it.
 */
export class StripeCustomersError extends Error {
  readonly code: StripeCustomersErrorCode

  constructor(code: StripeCustomersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StripeCustomersError'
    this.code = code
  }
}

/** SQLSTATE classes of what passes by itself: connection, rollback, resources, intervention by an operator, system. */
const passingSqlstate = /^(08|40|53|57|58)/
const sqlstate = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** Tells whether an error code is Postgres saying that it will not do it, now or later. */
export function isRefusal(code: string): boolean {
  return sqlstate.test(code) && !passingSqlstate.test(code)
}

/**
 * Creates the error for a call that the database did not carry out.
 *
 * @param name The SQL function.
 * @param reason What the client says.
 */
export function createDatabaseError(
  which: 'UNAVAILABLE' | 'REFUSED',
  name: string,
  reason: string,
  cause: unknown,
): StripeCustomersError {
  const did = which === 'REFUSED' ? 'refused' : 'did not answer'
  return new StripeCustomersError(
    `ERR_STRIPE_CUSTOMERS_DATABASE_${which}`,
    `The database ${did} public.${name}: ${reason}`,
    { cause },
  )
}

/** Tells whether `error` says that the database is unavailable, or that it refused. */
export function isDatabaseError(error: unknown, which: 'UNAVAILABLE' | 'REFUSED'): error is StripeCustomersError {
  return error instanceof StripeCustomersError && error.code === `ERR_STRIPE_CUSTOMERS_DATABASE_${which}`
}
