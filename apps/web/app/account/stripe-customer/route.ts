import { readProfile } from '#features/account/read-profile.ts'
import type { StripeCustomerProgress } from '#features/stripe-customer/stripe-customer-progress.ts'
import { describeError, log } from '#server/log.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { problemResponse } from '#server/problem-response.ts'
import { refuseRequest } from '#server/refuse-request.ts'
import { isRefreshRefused, isSessionEnded } from '#server/session-cookie.ts'
import { createPageClient } from '#server/supabase.ts'

// routekey-audit: guarded by the session of the signed-in user
/** Responds with the progress of the user's Stripe customer; the account page polls this until the customer exists. */
export async function GET(request: Request): Promise<Response> {
  try {
    const client = await createPageClient()
    const { data, error } = await client.auth.getUser()
    if (error !== null && isRefreshRefused(error)) {
      return refuseRequest(request, 429, 'Your session could not be refreshed. Try again in a minute.', {
        'retry-after': '60',
      })
    }
    if (error !== null && !isSessionEnded(error)) throw error
    if (error !== null) return refuseRequest(request, 401, 'Sign in to read your Stripe customer.')
    const profile = await readProfile(client, data.user.id)
    const progress: StripeCustomerProgress = profile?.progress ?? { status: 'pending' }
    return Response.json(progress, { headers: { 'cache-control': 'private, no-store' } })
  } catch (error) {
    log('error', 'account.progress_failed', { error: describeError(error) })
    return problemResponse(503, 'Your Stripe customer could not be read. Try again in a few seconds.', {
      'retry-after': '5',
    })
  }
}

export const { DELETE, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET', 'HEAD')
