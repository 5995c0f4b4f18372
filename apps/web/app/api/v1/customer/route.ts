import type { KeyCaller } from 'routekey'
import { type GuardContext, withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems, problemResponse } from '#server/problem-response.ts'
import { createServiceClient } from '#server/supabase.ts'

async function readCustomer(_request: Request, { caller }: GuardContext<KeyCaller>): Promise<Response> {
  const { data, error } = await createServiceClient()
    .from('profile')
    .select('email, stripe_customer')
    // The service role sees every profile, so this filter limits it to the caller's.
    .eq('id', caller.owner)
    .maybeSingle()
  if (error !== null) throw new Error('Could not read the profile', { cause: error })
  if (data === null) return problemResponse(404, 'The owner of this key has no profile.')
  return Response.json(data, { headers: { 'cache-control': 'private, no-store' } })
}

/** Responds with the Stripe customer of the key's owner, null until it exists. Requires the scope `customer:read`. */
export const GET = withKey(keyring.verifier({ scopes: ['customer:read'] }), catchProblems(readCustomer), {
  onDenied: logDenial,
})

export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
