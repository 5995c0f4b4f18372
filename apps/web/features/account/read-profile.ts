import 'server-only'
import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import type { StripeCustomerProgress } from '#features/stripe-customer/stripe-customer-progress.ts'

/** A user's own profile, as row-level security lets them read it. */
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
  status: z.enum(['pending', 'waiting', 'retrying', 'failed', 'done']),
  next_attempt_at: z.coerce.date().nullable(),
  cause: z.enum(['details', 'stripe', 'application']).nullable(),
})

/**
 * Reads a profile and the progress of its Stripe customer.
 *
 * @param client acts as the owner of the profile; others read nothing
 * @returns null if there is no such profile
 * @throws Error if Supabase returns an error or an unexpected shape
 */
export async function readProfile(client: SupabaseClient, id: string): Promise<Profile | null> {
  const [profile, progress] = await Promise.all([
    client.from('profile').select('email, stripe_customer, created_at').eq('id', id).maybeSingle(),
    client.from('stripe_customer_progress').select('status, next_attempt_at, cause').eq('profile_id', id).maybeSingle(),
  ])
  if (profile.error) throw new Error('Could not read the profile from Supabase', { cause: profile.error })
  if (progress.error)
    throw new Error('Could not read the Stripe customer progress from Supabase', { cause: progress.error })
  if (profile.data === null) return null

  const { email, stripe_customer: stripeCustomer, created_at: createdAt } = profileSchema.parse(profile.data)
  return {
    email: email ?? '',
    createdAt,
    progress: stripeCustomer === null ? unfinished(progress.data) : { status: 'done', stripeCustomer },
  }
}

function unfinished(row: unknown): StripeCustomerProgress {
  // No row yet, or a row that was done before its customer was deleted: the next sweep creates one.
  if (row === null) return { status: 'pending' }
  const { status, next_attempt_at: nextAttemptAt, cause } = progressSchema.parse(row)
  if (status === 'waiting') return { status }
  if (cause === null) return { status: 'pending' }
  if (status === 'failed') return { status, cause }
  if (status === 'retrying') return { status, nextAttemptAt: nextAttemptAt?.toISOString() ?? null, cause }
  return { status: 'pending' }
}
