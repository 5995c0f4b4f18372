import { z } from 'zod'
import type { WorkStore } from '../store/work-store.ts'

/** What an event of Stripe led to. */
export type AppliedEvent =
  /** It is about something else than the deletion or the change of a customer; it was not recorded. */
  | { outcome: 'ignored' }
  /** The customer was deleted in Stripe: the profile lost its link, and is due to get another customer. */
  | { outcome: 'unlinked'; profileId: string }
  /** The customer no longer has the profile's e-mail or id: it is due to be updated. */
  | { outcome: 'reopened'; profileId: string }
  /** The customer has the profile's e-mail and id. */
  | { outcome: 'unchanged'; profileId: string }
  /** No profile has this customer. */
  | { outcome: 'unknown_customer' }
  /** The event came before; nothing was done. */
  | { outcome: 'duplicate' }

const eventSchema = z.object({
  id: z.string().startsWith('evt_'),
  type: z.enum(['customer.deleted', 'customer.updated']),
  data: z.object({
    object: z.object({
      id: z.string().startsWith('cus_'),
      email: z.string().nullish(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
})

/**
 * Records an event and applies it, once. Events come late, twice and in any order, so that none tells the present state: a
 * deletion is final whenever it is heard of, and a change only makes work due.
 *
 * @param event Any event, its signature verified by the caller.
 * @throws StripeCustomersError when the database does not answer. The event is not recorded then, and Stripe's next
 * attempt applies it.
 */
export async function applyEvent(store: WorkStore, event: unknown): Promise<AppliedEvent> {
  const parsed = eventSchema.safeParse(event)
  if (!parsed.success) return { outcome: 'ignored' }
  const { id, type, data } = parsed.data
  const { outcome, profileId } = await store.applyEvent({
    id,
    type,
    stripeCustomer: data.object.id,
    email: data.object.email ?? null,
    profileId: data.object.metadata?.['profile_id'] ?? null,
  })
  if (outcome === 'duplicate' || outcome === 'unknown_customer' || profileId === null) {
    return { outcome: outcome === 'duplicate' ? 'duplicate' : 'unknown_customer' }
  }
  return { outcome, profileId }
}
