import { withKey } from 'routekey/next-pages'

import { createKey, keyring, readUsage } from '../../../usage.js'

const guarded = withKey(keyring.verifier(), (_request, response) => response.json({ in: true }))

export default async function handler(request, response) {
  if (request.method === 'GET') return guarded(request, response)
  return response.json(await (request.method === 'POST' ? createKey() : readUsage()))
}
