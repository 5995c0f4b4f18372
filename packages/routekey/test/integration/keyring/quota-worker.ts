import { once } from 'node:events'
import { registerHooks } from 'node:module'

import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { RateLimiterRedis } from 'rate-limiter-flexible'

import type { Limiter } from '../../../src/index.ts'

/** The task of one process of the quota test. */
export interface QuotaTask {
  readonly databaseUrl: string
  /** Path of the socket; null to count in Postgres. */
  readonly redisSocket: string | null
  readonly key: string
  readonly requests: number
  /** The time in every process, so that no window ends during the test. */
  readonly now: number
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

const { databaseUrl, redisSocket, key, requests, now }: QuotaTask = JSON.parse(process.argv[2] ?? '')
const pool = new Pool({ connectionString: databaseUrl, max: 8 })
const redis = redisSocket === null ? null : new Redis(redisSocket)
const limiter: Limiter =
  redis === null
    ? createPostgresLimiter({ client: pool })
    : new RateLimiterRedis({ storeClient: redis, points: 1_000_000, duration: 1 })

const store = createPostgresStore({ client: pool })
const keyring = createKeyring({
  store: {
    ...store,
    async findByHash(hash) {
      const found = await store.findByHash(hash)
      return found && { ...found, now: new Date(now) }
    },
  },
  prefix: 'acme',
  limiter,
  timeoutMs: 60_000,
})

process.send?.('ready')
await once(process, 'message')
const results = await Promise.all(Array.from({ length: requests }, () => keyring.verify(key)))
const codes = results.map((result) => (result.ok ? 'passed' : result.denial.code))
await keyring.close()
await pool.end()
redis?.disconnect()
process.send?.(codes)
process.disconnect?.()
