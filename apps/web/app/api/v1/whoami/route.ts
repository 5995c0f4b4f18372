import type { KeyCaller } from 'routekey'
import { type GuardContext, withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'

function describeCaller(_request: Request, { caller }: GuardContext<KeyCaller>): Response {
  const { owner, keyId, name, scopes, generation } = caller
  const identity = { owner, key: { id: keyId, name, scopes, generation } }
  return Response.json(identity, { headers: { 'cache-control': 'private, no-store' } })
}

/** Responds with the key and its owner; any valid key is accepted. */
export const GET = withKey(keyring.verifier(), describeCaller, { onDenied: logDenial })

export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
