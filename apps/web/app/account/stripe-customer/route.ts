import { isAuthRetryableFetchError } from '@supabase/supabase-js'
import { readProfile } from '#features/account/read-profile.ts'
import type { StripeCustomerProgress } from '#features/stripe-customer/stripe-customer-progress.ts'
import { describeError, log } from '#server/log.ts'
import { problemResponse } from '#server/problem-response.ts'
import { createPageClient } from '#server/supabase.ts'

// routekey-audit: the visitor's session guards it
/** Tells the signed-in visitor how far their Stripe customer is; the account page asks until it is there. */
export async function GET(): Promise<Response> {
  try {
    const client = await createPageClient()
    const { data, error } = await client.auth.getClaims()
    if (error && isAuthRetryableFetchError(error)) throw error
    if (!data) return problemResponse(401, 'Expected a signed-in visitor.')
    const profile = await readProfile(client, data.claims.sub)
    const progress: StripeCustomerProgress = profile?.progress ?? { status: 'pending' }
    return Response.json(progress, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    log('error', 'account.progress_failed', { error: describeError(error) })
    return problemResponse(503, 'The progress cannot be read at the moment.', { 'retry-after': '5' })
  }
}
