import { z } from 'zod'
import type { WorkStore } from '../store/work-store.ts'

/** The outcome of an event from Stripe. */
export type AppliedEvent =
  /**
   * The event was not recorded, because it is not about the deletion or the change of a customer, or comes from another account or
   * mode than the project uses.
   */
  | { outcome: 'ignored'; reason: 'other_event' | 'other_mode' | 'other_account' }
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
  object: z.literal('event').optional(),
  livemode: z.boolean().optional(),
  // Only events of connected accounts have it.
  account: z.string().nullish(),
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
 * @param event anything that Stripe signed, parsed from JSON
 * @param livemode the mode whose events are applied; null for both
 * @throws `StripeCustomersError` if the database fails; the event is not recorded then, and Stripe's next delivery applies it
 */
export async function applyEvent(
  store: WorkStore,
  event: unknown,
  livemode: boolean | null = null,
): Promise<AppliedEvent> {
  const parsed = eventSchema.safeParse(event)
  if (!parsed.success) return { outcome: 'ignored', reason: 'other_event' }
  const { id, type, data, account } = parsed.data
  if (livemode !== null && parsed.data.livemode === !livemode) return { outcome: 'ignored', reason: 'other_mode' }
  const { outcome, profileId } = await store.applyEvent({
    id,
    type,
    stripeCustomer: data.object.id,
    email: data.object.email ?? null,
    profileId: data.object.metadata?.profile_id ?? null,
    account: account ?? null,
    livemode: parsed.data.livemode ?? null,
  })
  if (outcome === 'other_account' || outcome === 'other_mode') return { outcome: 'ignored', reason: outcome }
  if (outcome === 'duplicate' || outcome === 'unknown_customer' || profileId === null) {
    return { outcome: outcome === 'duplicate' ? 'duplicate' : 'unknown_customer' }
  }
  return { outcome, profileId }
}
