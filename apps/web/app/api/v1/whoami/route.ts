import { withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'

/** Responds with the key and its owner; any valid key is accepted. */
export const GET = withKey(keyring.verifier(), (_request, { caller }) => {
  const { owner, keyId, name, scopes, generation } = caller
  const identity = { owner, key: { id: keyId, name, scopes, generation } }
  return Response.json(identity, { headers: { 'cache-control': 'no-store' } })
})

// routekey-audit: responds 405 to everyone
export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
