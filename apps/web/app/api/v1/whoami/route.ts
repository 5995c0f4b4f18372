import { withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { methodNotAllowed } from '#server/problem-response.ts'

/** Tells whose key it is; any valid key may ask. */
export const GET = withKey(keyring.verifier(), (_request, { caller }) => {
  const { owner, keyId, name, scopes, generation } = caller
  const whose = { owner, key: { id: keyId, name, scopes, generation } }
  return Response.json(whose, { headers: { 'cache-control': 'no-store' } })
})

const refuse = methodNotAllowed('GET')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT }
