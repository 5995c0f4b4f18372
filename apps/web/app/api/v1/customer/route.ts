import type { KeyCaller } from 'routekey'
import { type GuardContext, withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { methodNotAllowed, problemResponse, catchProblems } from '#server/problem-response.ts'
import { createServiceClient } from '#server/supabase.ts'

async function readCustomer(_request: Request, { caller }: GuardContext<KeyCaller>): Promise<Response> {
  const { data, error } = await createServiceClient()
    .from('profile')
    .select('email, stripe_customer')
    // The service role sees every profile: the caller is what confines it to one.
    .eq('id', caller.owner)
    .maybeSingle()
  // 22P02: the owner is no user but an organisation, whose name is no id of a profile.
  if (error !== null && error.code !== '22P02') throw new Error('The profile could not be read', { cause: error })
  if (data === null) return problemResponse(404, 'The owner of this key has no profile.')
  return Response.json(data, { headers: { 'cache-control': 'no-store' } })
}

/** Gives the Stripe customer of the key's owner, null until it exists; needs the scope `customer:read`. */
export const GET = withKey(keyring.verifier({ scopes: ['customer:read'] }), catchProblems(readCustomer))

const refuse = methodNotAllowed('GET')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT }
