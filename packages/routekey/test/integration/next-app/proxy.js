import { guardPaths } from 'routekey/next-proxy'

import { guarded, keyed, query, unset, webhook } from './verifiers.js'

export const proxy = guardPaths({
  '/proxied/guarded': guarded,
  '/proxied/query': query,
  '/proxied/unset': unset,
  '/proxied/webhook': webhook(),
  '/proxied/keyed': keyed(),
})
