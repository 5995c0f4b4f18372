import { Pool } from 'pg'
import { expect, it } from 'vitest'

import { type Keyring, type TooManyKeys, createKeyring } from '../../src/index.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'
import { storeContract } from '../store-contract/store-contract.ts'
import { createStoreFromPostgres, useTestPostgres } from './open-clients.ts'

const { openPglite, openPool, openPostgres } = useTestPostgres()

storeContract('pg', async () => createPostgresStore({ client: openPool() }))
storeContract('postgres', async () => createStoreFromPostgres(openPostgres()))
storeContract('PGlite', async () => createPostgresStore({ client: await openPglite() }))
storeContract('a PGlite without Supabase', async () => createPostgresStore({ client: await openPglite(generateSql()) }))

it('verifies a key with one statement, and with the cache on without any', async () => {
  const pool = openPool()
  const statements: string[] = []
  const client = {
    query: (text: string, values: string[]) => {
      statements.push(text)
      return pool.query<object>(text, values)
    },
  }
  for (const [options, expected] of [
    [{}, 3],
    [{ cache: { seconds: 60 } }, 1],
  ] as const) {
    const keyring = createKeyring({ store: createPostgresStore({ client }), prefix: 'acme', ...options })
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    statements.length = 0
    for (let time = 0; time < 3; time += 1) expect((await keyring.verify(key)).ok).toBe(true)
    expect(statements).toEqual(Array.from({ length: expected }, () => expect.stringContaining('find_api_key')))
    await keyring.close()
    expect(statements.at(-1)).toContain('record_api_key_usage')
  }
})

it('holds an owner to the maximum when several connections create keys at once', async () => {
  const store = createPostgresStore({ client: openPool() })
  const keyring = createKeyring({ store, prefix: 'acme', maximumKeysPerOwner: 12 })
  const created = await Promise.all(
    Array.from({ length: 40 }, () => keyring.create({ owner: 'collector', name: 'CI' })),
  )
  expect(created.filter(({ ok }) => ok)).toHaveLength(12)
  expect(created.filter(({ ok }) => !ok)[0]).toEqual({ ok: false, reason: 'too_many_keys', maximum: 12 })
  expect(await keyring.list({ owner: 'collector', limit: 100 })).toHaveLength(12)
})

function openIsolated(isolation: string): Keyring<string, TooManyKeys> {
  const pool = openPool({ options: `-c default_transaction_isolation=${isolation.replace(' ', String.raw`\ `)}` })
  return createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme', maximumKeysPerOwner: 2 })
}

it('creates no key in a repeatable read transaction, where it could not count exactly', async () => {
  const keyring = openIsolated('repeatable read')
  await expect(keyring.create({ owner: 'isolated', name: 'CI' })).rejects.toThrow('cannot count keys')
})

it('holds an owner to the maximum in serializable transactions', async () => {
  const keyring = openIsolated('serializable')
  await Promise.allSettled(Array.from({ length: 10 }, () => keyring.create({ owner: 'serial', name: 'CI' })))
  const keys = await keyring.list({ owner: 'serial' })
  expect(keys.length).toBeGreaterThanOrEqual(1)
  expect(keys.length).toBeLessThanOrEqual(2)
})

it('answers 503 and logs the reason when the database is down', async () => {
  const own = await startShippedPostgres()
  const pool = new Pool({ connectionString: own.url })
  pool.on('error', () => {})
  const lines: string[] = []
  const logger = { error: (line: string) => void lines.push(line) }
  const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme', logger, usage: false })
  const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
  expect((await keyring.verify(key)).ok).toBe(true)
  await own.stop()
  expect(await keyring.verify(key)).toMatchObject({
    ok: false,
    denial: { status: 503, code: 'store_unavailable', retryAfterSeconds: 5 },
  })
  expect(lines.join('\n')).toContain('The key store failed')
  expect(lines.join('\n')).not.toContain(key)
  await pool.end()
})
