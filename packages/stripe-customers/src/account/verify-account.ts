import type { WorkStore } from '../store/work-store.ts'
import type { StripeResult } from '../stripe/call-stripe.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import { type Account, isOtherAccount, type UsedAccount } from './account.ts'

/** Whether a key belongs to the account that the project uses. */
export type AccountVerdict =
  | { verdict: 'own'; used: UsedAccount; own: Account }
  | { verdict: 'other'; used: UsedAccount; own: Account }
  /** Unknown, because Stripe did not tell. */
  | { verdict: 'failed'; failure: StripeFailure }

/** What verifying asks of both sides. */
export interface AccountQuestions {
  readonly store: Pick<WorkStore, 'readAccount' | 'recordAccount'>
  /** Reads the account of the key. Null if the key cannot. */
  readonly readAccount: () => Promise<StripeResult<string | null>>
  /** Returns whether the account of the key has, or had, a customer. */
  readonly hasCustomer: (customer: string) => Promise<StripeResult<boolean>>
  /** The mode of the key. Null if unknown. */
  readonly livemode: boolean | null
}

/**
 * Compares the account of the key with the one that the project uses, and records the latter if it is unknown. While one of the two
 * is not known as a whole, one of some linked customers must exist in the account of the key, too.
 */
export async function verifyAccount(questions: AccountQuestions): Promise<AccountVerdict> {
  const { store, readAccount, hasCustomer, livemode } = questions
  const used = await store.readAccount()
  const read = await readAccount()
  if (!read.ok) return { verdict: 'failed', failure: read.failure }
  const own = { account: read.value, livemode }
  if (isOtherAccount(used, own)) return { verdict: 'other', used, own }
  if (isKnown(used) && isKnown(own)) return { verdict: 'own', used, own }

  let found = used.linked.length === 0
  for (const customer of used.linked) {
    if (found) break
    const result = await hasCustomer(customer)
    if (!result.ok) return { verdict: 'failed', failure: result.failure }
    found = result.value
  }
  if (!found) return { verdict: 'other', used, own }
  // Another process may have recorded another account at this moment.
  const recorded = { ...used, ...(await store.recordAccount(used.number, own)) }
  return { verdict: isOtherAccount(recorded, own) ? 'other' : 'own', used: recorded, own }
}

function isKnown({ account, livemode }: Account): boolean {
  return account !== null && livemode !== null
}
