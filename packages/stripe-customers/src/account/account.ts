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
  /** Some of the customers to which profiles are linked. Unless all links are wrong, it has one of them. */
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
export function describeOtherAccount(used: UsedAccount, own: Account): string {
  const [first = ''] = used.linked
  // A restricted key cannot read its account. Then only the customers tell.
  if (isOtherAccount(used, own))
    return `The Stripe key belongs to ${describeAccount(own)}, but the customers are in ${describeAccount(used)}. Use a key of that account, or move to the other one: ${moveCommand}`
  const customers =
    used.linked.length === 1 ? `customer ${first}` : `any of ${used.linked.length} customers, such as ${first}`
  return `The account of the Stripe key does not have ${customers}, to which profiles are linked. Use a key of their account, clear the links if they are wrong, or move to this account: ${moveCommand}`
}

const moveCommand = 'npx stripe-customers reconcile --fix --new-account'
