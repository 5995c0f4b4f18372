import 'server-only'
import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import type { StripeCustomerProgress } from '#features/stripe-customer/stripe-customer-progress.ts'

/** A visitor's own profile, as row-level security lets them see it. */
export interface Profile {
  readonly email: string
  readonly createdAt: Date
  readonly progress: StripeCustomerProgress
}

const profileSchema = z.object({
  email: z.string().nullable(),
  stripe_customer: z.string().nullable(),
  created_at: z.coerce.date(),
})
const progressSchema = z.object({
  status: z.enum(['pending', 'retrying', 'failed', 'done']),
  next_attempt_at: z.coerce.date().nullable(),
  cause: z.enum(['details', 'stripe', 'application']).nullable(),
})

/**
 * Reads a profile and how far its Stripe customer is.
 *
 * @param client acts as the profile's owner; anyone else reads nothing
 * @returns null when there is no such profile
 * @throws Error when Supabase answers with an error or with another shape
 */
export async function readProfile(client: SupabaseClient, id: string): Promise<Profile | null> {
  const [profile, progress] = await Promise.all([
    client.from('profile').select('email, stripe_customer, created_at').eq('id', id).maybeSingle(),
    client.from('stripe_customer_progress').select('status, next_attempt_at, cause').eq('profile_id', id).maybeSingle(),
  ])
  if (profile.error) throw new Error('Supabase did not give the profile', { cause: profile.error })
  if (progress.error) throw new Error('Supabase did not give the progress', { cause: progress.error })
  if (profile.data === null) return null

  const { email, stripe_customer: stripeCustomer, created_at: createdAt } = profileSchema.parse(profile.data)
  return {
    email: email ?? '',
    createdAt,
    progress: stripeCustomer === null ? unfinished(progress.data) : { status: 'done', stripeCustomer },
  }
}

function unfinished(row: unknown): StripeCustomerProgress {
  // No row of work yet, or one that was done before the customer went away: the next sweep takes it up.
  if (row === null) return { status: 'pending' }
  const { status, next_attempt_at: nextAttemptAt, cause } = progressSchema.parse(row)
  if (cause === null) return { status: 'pending' }
  if (status === 'failed') return { status, cause }
  if (status === 'retrying') return { status, nextAttemptAt: nextAttemptAt?.toISOString() ?? null, cause }
  return { status: 'pending' }
}
