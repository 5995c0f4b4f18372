import { once } from 'node:events'
import { registerHooks } from 'node:module'

import { createClient } from '@supabase/supabase-js'
import { Cluster, Redis } from 'ioredis'
import { Pool } from 'pg'
import { RateLimiterRedis } from 'rate-limiter-flexible'

/** Where the processes of the quota test keep keys and counters. */
export type QuotaBackend =
  | { readonly kind: 'postgres'; readonly databaseUrl: string }
  | { readonly kind: 'supabase'; readonly url: string; readonly secretKey: string }
  /** Keys in Postgres; one port is a server, several are a cluster. */
  | { readonly kind: 'redis'; readonly databaseUrl: string; readonly ports: readonly number[] }

/** The task of one process of the quota test. */
export interface QuotaTask {
  readonly backend: QuotaBackend
  readonly key: string
  readonly requests: number
  /** What the requests cost, in turn. */
  readonly costs: readonly number[]
  /**
   * The time in every process, so that no window ends during the test. Null for that of the database, with which a request is one call:
   * the store then counts the limits together with its look-up.
   */
  readonly now: number | null
}

// The source runs without a build, but the package maps `#crypto` to the build.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#crypto'
      ? { url: new URL('../../../src/crypto/node.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})
const { createKeyring } = await import('../../../src/index.ts')
const { createPostgresLimiter, createPostgresStore } = await import('../../../src/stores/postgres.ts')
const { createSupabaseLimiter, createSupabaseStore } = await import('../../../src/stores/supabase.ts')

function open(backend: QuotaBackend) {
  if (backend.kind === 'supabase') {
    const client = createClient(backend.url, backend.secretKey, { auth: { persistSession: false } })
    return {
      store: createSupabaseStore({ client }),
      limiter: createSupabaseLimiter({ client }),
      close: async () => {},
    }
  }
  const pool = new Pool({ connectionString: backend.databaseUrl, max: 8 })
  const store = createPostgresStore({ client: pool })
  if (backend.kind === 'postgres') {
    return { store, limiter: createPostgresLimiter({ client: pool }), close: () => pool.end() }
  }
  const { ports } = backend
  const redis =
    ports.length === 1 ? new Redis(ports[0]!) : new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })))
  const close = async () => {
    redis.disconnect()
    await pool.end()
  }
  return { store, limiter: new RateLimiterRedis({ storeClient: redis, points: 1_000_000, duration: 1 }), close }
}

const { backend, key, requests, costs, now }: QuotaTask = JSON.parse(process.argv[2] ?? '')
const { store, limiter, close } = open(backend)
const pinned: typeof store = {
  ...store,
  async findByHash(hash) {
    const found = await store.findByHash(hash)
    return found && { ...found, now: new Date(now ?? 0) }
  },
}
const keyring = createKeyring({
  store: now === null ? store : pinned,
  prefix: 'acme',
  limiter,
  timeoutMs: 60_000,
})

process.send?.('ready')
await once(process, 'message')
const results = await Promise.all(
  Array.from({ length: requests }, async (_, index) => {
    const cost = costs[index % costs.length] ?? 1
    const result = await keyring.verify(key, { cost })
    return `${result.ok ? 'passed' : result.denial.code} ${cost}`
  }),
)
await keyring.close()
await close()
process.send?.(results)
process.disconnect?.()
