import { z } from 'zod'
import type { WorkStore } from '../store/work-store.ts'

/** The outcome of an event from Stripe. */
export type AppliedEvent =
  /** The event is not about the deletion or the change of a customer. It was not recorded. */
  | { outcome: 'ignored' }
  /** The customer was deleted in Stripe. The profile lost its link and gets another customer with the next sweep. */
  | { outcome: 'unlinked'; profileId: string }
  /** The customer no longer has the profile's e-mail or id. The next sweep updates it. */
  | { outcome: 'reopened'; profileId: string }
  /** The customer has the profile's e-mail and id. */
  | { outcome: 'unchanged'; profileId: string }
  /** No profile has this customer. */
  | { outcome: 'unknown_customer' }
  /** The event was applied before. Nothing was done. */
  | { outcome: 'duplicate' }

// Postgres accepts neither NUL nor a lone surrogate.
const text = z.string().regex(/^[^\0\p{Cs}]*$/u)
const eventSchema = z.object({
  id: text.startsWith('evt_').max(255),
  type: z.enum(['customer.deleted', 'customer.updated']),
  data: z.object({
    object: z.object({
      id: text.startsWith('cus_').max(255),
      email: text.nullish(),
      metadata: z.object({ profile_id: text.optional() }).nullish(),
    }),
  }),
})

/**
 * Records an event and applies it once. Events arrive late, twice and in any order, so none shows the present state. A
 * deletion is final whenever it arrives, and a change only makes work due.
 *
 * @param event any event whose signature the caller has verified
 * @throws `StripeCustomersError` if the database fails; the event is not recorded then, and Stripe's next delivery applies it
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
    profileId: data.object.metadata?.profile_id ?? null,
  })
  if (outcome === 'duplicate' || outcome === 'unknown_customer' || profileId === null) {
    return { outcome: outcome === 'duplicate' ? 'duplicate' : 'unknown_customer' }
  }
  return { outcome, profileId }
}
