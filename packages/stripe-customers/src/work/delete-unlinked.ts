import type { StripeResult } from '../stripe/call-stripe.ts'
import type { Attempt } from './attempt.ts'

/**
 * Deletes a customer, unless a profile has it. Links move from one profile to another, for example when two users are merged or
 * users are imported again under new ids, and the mark of a customer does not follow.
 */
export async function deleteUnlinked(
  { store, stripe, write }: Attempt,
  stripeCustomer: string,
): Promise<StripeResult<'deleted' | 'linked'>> {
  if (await write(() => store.isLinked(stripeCustomer))) return { ok: true, value: 'linked', replayed: false }
  return stripe.delete(stripeCustomer)
}
