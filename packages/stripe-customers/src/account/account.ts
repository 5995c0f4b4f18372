import { z } from 'zod'

/** An account and its mode, live or test. Null: unknown. */
export interface Account {
  readonly account: string | null
  readonly livemode: boolean | null
}

/** The account that the project uses. */
export interface UsedAccount extends Account {
  /** Counts the accounts that the project has used. */
  readonly number: number
  /** Some of the customers that must exist in it. */
  readonly linked: readonly string[]
}

/** Parses an account. */
export const accountSchema = z.object({ account: z.string().nullable(), livemode: z.boolean().nullable() })

/** Parses a row of `read_stripe_customer_account`. */
export const usedAccountSchema = accountSchema.extend({ number: z.int(), linked: z.array(z.string()) })

/** Returns whether both are known to differ. Pure. */
export function isOtherAccount(used: Account, own: Account): boolean {
  return differ(used.account, own.account) || differ(used.livemode, own.livemode)
}

function differ<T>(a: T | null, b: T | null): boolean {
  return a !== null && b !== null && a !== b
}

/** Names an account for people. */
export function describeAccount({ account, livemode }: Account): string {
  const mode = livemode === null ? '' : livemode ? ' in live mode' : ' in test mode'
  return `${account ?? 'an unknown account'}${mode}`
}

/** Says that a key belongs to another account, and what to do. */
export function describeOtherAccount(used: Account, own: Account): string {
  // A restricted key cannot read its account. Then only the customers tell.
  const isNamed = isOtherAccount(used, own)
  const what = isNamed
    ? `The Stripe key belongs to ${describeAccount(own)}, but the customers are in ${describeAccount(used)}.`
    : 'The account of the Stripe key does not have the customers of the profiles.'
  return `${what} Use a key of that account, or move to the other one: npx stripe-customers reconcile --fix --new-account`
}
