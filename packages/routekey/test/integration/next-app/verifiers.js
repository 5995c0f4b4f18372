import { randomUUID } from 'node:crypto'

import { createKeyring, envSecret, hashKey } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'
import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'

export const guarded = envSecret('SCENARIO_SECRET')
export const query = envSecret('SCENARIO_SECRET', { query: true })
export const unset = envSecret('SCENARIO_UNSET', { logger: { error: () => undefined } })
export const webhook = () =>
  envWebhook('SCENARIO_WEBHOOK', { replayStore: createMemoryReplayStore(), maxBodyBytes: 64 * 1024 })

/** The same as `adapters/scenario-keyring.ts` makes. */
export function keyed() {
  // The build evaluates this, too, without the environment.
  const { SCENARIO_API_KEY = '', SCENARIO_NARROW_API_KEY = ' ', SCENARIO_UNREADABLE_API_KEY = '' } = process.env
  const memory = createMemoryStore()
  const common = { owner: 'ada', name: 'CI', start: 'acme', allowedIps: [], metadata: {}, expiresAt: null, actor: null }
  for (const [key, scopes] of [
    [SCENARIO_API_KEY, ['reports:*']],
    [SCENARIO_NARROW_API_KEY, []],
  ]) {
    const limits = [{ name: 'hour', quota: 2, windowSeconds: 3600 }]
    void memory.create({ ...common, id: randomUUID(), hash: hashKey(key), scopes, limits, at: new Date() })
  }
  let count = 0
  const keyring = createKeyring({
    prefix: 'acme',
    store: {
      ...memory,
      findByHash: async (hash) => {
        if (hash === hashKey(SCENARIO_UNREADABLE_API_KEY)) throw new Error('connect ECONNREFUSED')
        return memory.findByHash(hash)
      },
    },
    limiter: { consume: async () => ({ consumedPoints: (count += 1) }) },
    usage: false,
    logger: { error: () => undefined },
  })
  return keyring.verifier({ scopes: ['reports:read'] })
}
