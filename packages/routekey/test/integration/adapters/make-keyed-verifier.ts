import type { createKeyring, hashKey } from '../../../src/index.ts'
import type { createMemoryStore } from '../../../src/stores/memory.ts'

/** The library, from its source or from its build. */
interface Library {
  readonly createKeyring: typeof createKeyring
  readonly hashKey: typeof hashKey
  readonly createMemoryStore: typeof createMemoryStore
}

/** A key that is accepted, one that lacks the scope, and one for which the store fails. */
interface Keys {
  readonly allowed: string
  readonly narrow: string
  readonly unreadable: string
}

/** Creates the verifier of `/keyed`. */
export function makeKeyedVerifier(library: Library, { allowed, narrow, unreadable }: Keys) {
  const memory = library.createMemoryStore()
  const common = {
    owner: 'ada',
    name: 'CI',
    start: 'acme',
    allowedIps: [],
    metadata: {},
    expiresAt: null,
    actor: null,
    maximumKeys: Infinity,
  }
  for (const [key, scopes] of [
    [allowed, ['reports:*']],
    [narrow, []],
  ] as const) {
    const limits = [{ name: 'hour', quota: 2, windowSeconds: 3600 }]
    const hash = library.hashKey(key)
    void memory.create({ ...common, id: crypto.randomUUID(), hash, scopes, limits, at: new Date() })
  }
  let count = 0
  const keyring = library.createKeyring({
    prefix: 'acme',
    store: {
      ...memory,
      findByHash: async (hash) => {
        if (hash === library.hashKey(unreadable)) throw new Error('connect ECONNREFUSED')
        return memory.findByHash(hash)
      },
    },
    limiter: { consume: async () => ({ consumedPoints: (count += 1) }) },
    usage: false,
    logger: { error: () => undefined },
  })
  return keyring.verifier({ scopes: ['reports:read'] })
}
