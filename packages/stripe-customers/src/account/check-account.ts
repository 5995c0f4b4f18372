import { describeWrongAccount, type StripeFailure } from '../stripe/stripe-failure.ts'
import type { Attempt } from '../work/attempt.ts'
import { describeOtherAccount } from './account.ts'
import { type AccountVerdict, verifyAccount } from './verify-account.ts'

/** Returns why an attempt must not send anything with the key of this engine. Null if it may. */
export type CheckAccount = (attempt: Attempt) => Promise<StripeFailure | null>

/**
 * Creates the check of the account. It asks Stripe once, and again after the project has moved to another account or the answer was
 * no.
 *
 * @param livemode the mode of the key; null if unknown
 */
export function createAccountCheck(livemode: boolean | null): CheckAccount {
  let verified: number | null = null
  let verifying: Promise<AccountVerdict> | null = null
  return async (attempt) => {
    if (verified === attempt.work.accountNumber) return null
    // Attempts that begin at the same time share the answer.
    verifying ??= verify(attempt, livemode).finally(() => {
      verifying = null
    })
    const result = await verifying
    if (result.verdict === 'failed') return result.failure
    if (result.verdict === 'other') return describeWrongAccount(describeOtherAccount(result.used, result.own))
    verified = result.used.number
    return null
  }
}

function verify({ store, stripe, write }: Attempt, livemode: boolean | null): Promise<AccountVerdict> {
  return verifyAccount({
    store: {
      readAccount: () => write(() => store.readAccount()),
      recordAccount: (...args) => write(() => store.recordAccount(...args)),
    },
    readAccount: () => stripe.readAccount(),
    async hasCustomer(customer) {
      const result = await stripe.retrieve(customer)
      if (result.ok) return { ...result, value: true }
      return result.failure.code === 'stripe_missing' ? { ok: true, value: false, replayed: false } : result
    },
    livemode,
  })
}
