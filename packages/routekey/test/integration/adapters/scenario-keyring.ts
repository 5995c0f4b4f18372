import { randomUUID } from 'node:crypto'

import { createKeyring, hashKey } from '../../../src/index.ts'
import { createMemoryStore } from '../../../src/stores/memory.ts'
import { scenarioEnvironment as env } from './adapter-scenarios.ts'

/** Makes the verifier of `/keyed`; `next-app/verifiers.js` makes the same on the built library. */
export function createKeyedVerifier() {
  const memory = createMemoryStore()
  const common = { owner: 'ada', name: 'CI', start: 'acme', allowedIps: [], metadata: {}, expiresAt: null, actor: null }
  for (const [key, scopes] of [
    [env.SCENARIO_API_KEY, ['reports:*']],
    [env.SCENARIO_NARROW_API_KEY, []],
  ] as const) {
    const limits = [{ name: 'hour', quota: 2, windowSeconds: 3600 }]
    void memory.create({ ...common, id: randomUUID(), hash: hashKey(key), scopes, limits, at: new Date() })
  }
  let count = 0
  const keyring = createKeyring({
    prefix: 'acme',
    store: {
      ...memory,
      findByHash: async (hash) => {
        if (hash === hashKey(env.SCENARIO_UNREADABLE_API_KEY)) throw new Error('connect ECONNREFUSED')
        return memory.findByHash(hash)
      },
    },
    limiter: { consume: async () => ({ consumedPoints: (count += 1) }) },
    usage: false,
    logger: { error: () => undefined },
  })
  return keyring.verifier({ scopes: ['reports:read'] })
}
