import { Pool } from 'pg'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'

import { type Keyring, type KeyringOptions, createKeyring } from '../../src/index.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'

const minute = 60_000
let server: TestPostgres
let pool: Pool
const opened: Keyring[] = []

beforeAll(async () => {
  server = await startShippedPostgres()
  pool = new Pool({ connectionString: server.url, max: 4 })
  pool.on('error', () => {})
})

afterAll(async () => {
  for (const keyring of opened) await keyring.close()
  await pool.end()
  await server.stop()
})

/** Creates a keyring in a process whose clock is wrong. */
function open(skewMs: number, options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {}) {
  const clock = () => new Date(Date.now() + skewMs)
  const keyring = createKeyring({
    store: createPostgresStore({ client: pool }),
    prefix: 'acme',
    clock,
    timeoutMs: 60_000,
    ...options,
  })
  opened.push(keyring)
  return keyring
}

const setTimes = (id: string, set: string) => pool.query(`update api_key set ${set} where id = $1`, [id])

describe.each([
  ['10 minutes behind', -10 * minute],
  ['10 minutes ahead', 10 * minute],
  ['two days behind', -2 * 1440 * minute],
])('a process whose clock is %s', (_name, skewMs) => {
  const cached = { cache: { seconds: 3600 } }

  it.each([
    ['', {}],
    [' with a cache', cached],
  ])('accepts and refuses keys by the clock of the database%s', async (_cache, options) => {
    const keyring = open(skewMs, options)
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await setTimes(record.id, `expires_at = now() + interval '1 minute'`)
    expect((await keyring.verify(key)).ok).toBe(true)
    expect((await keyring.verify(key)).ok).toBe(true)
    const expired = await keyring.create({ owner: 'ada', name: 'CI' })
    await setTimes(expired.record.id, `expires_at = now() - interval '1 second'`)
    for (const time of [1, 2]) {
      expect(await keyring.verify(expired.key), String(time)).toMatchObject({ denial: { code: 'key_expired' } })
    }
  })

  it('accepts an expiry that is in the future of the database, and no other', async () => {
    const keyring = open(skewMs)
    const expiring = (ms: number) => keyring.create({ owner: 'ada', name: 'CI', expiresAt: new Date(Date.now() + ms) })
    expect((await expiring(minute)).ok).toBe(true)
    await expect(expiring(-minute)).rejects.toThrow('ERR_KEY_VALUE')
  })

  it('gives a rotated key its whole grace, and none with 0, in every process', async () => {
    const [keyring, ...others] = [open(skewMs), open(0), open(-skewMs), open(-skewMs, cached)]
    const first = await keyring.create({ owner: 'ada', name: 'CI' })
    const { id } = first.record
    const second = await keyring.rotate(id, { graceSeconds: 300 })
    expect(second?.record.graceEndsAt?.getTime()).toBeGreaterThan(Date.now() + 4 * minute)
    expect(second?.record.graceEndsAt?.getTime()).toBeLessThan(Date.now() + 6 * minute)
    for (const other of [keyring, ...others]) expect((await other.verify(first.key)).ok).toBe(true)
    const third = await keyring.rotate(id, { graceSeconds: 0 })
    for (const other of [keyring, ...others.slice(0, 2)]) {
      expect(await other.verify(second!.key)).toMatchObject({ ok: false })
      expect((await other.verify(third!.key)).ok).toBe(true)
    }
  })

  it('lists as usable and ended what the database calls so, and stamps changes with its time', async () => {
    const keyring = open(skewMs)
    const owner = crypto.randomUUID()
    const [soon, past] = [await keyring.create({ owner, name: 'soon' }), await keyring.create({ owner, name: 'past' })]
    await setTimes(soon.record.id, `expires_at = now() + interval '1 minute'`)
    await setTimes(past.record.id, `expires_at = now() - interval '1 minute'`)
    expect(await keyring.list({ owner, state: 'usable' })).toMatchObject([{ name: 'soon' }])
    expect(await keyring.list({ owner, state: 'ended' })).toMatchObject([{ name: 'past' }])
    const revoked = await keyring.revoke(soon.record.id)
    for (const at of [soon.record.createdAt, revoked!.revokedAt!]) {
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(minute)
    }
  })

  it('counts usage in the hour of the database, and charts it', async () => {
    const keyring = open(skewMs)
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await keyring.verify(key)
    const series = await keyring.usage({ id: record.id }, { unit: 'hour', count: 2 })
    expect(series!.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(1)
    expect(series!.at(-1)!.startsAt.getTime()).toBeLessThanOrEqual(Date.now() + 1000)
    const { rows } = await pool.query(
      `select from api_key_usage join api_key on id = key_id
      where key_id = $1 and hour between now() - interval '1 hour 1 minute' and now() and last_used_at <= now()`,
      [record.id],
    )
    expect(rows).toHaveLength(1)
  })

  it('shares the windows of limits with the others, also in a limiter that is not in the database', async () => {
    const limiter = new RateLimiterMemory({ points: 1000, duration: 1 })
    const limits = [{ name: 'window', quota: 20, windowSeconds: 1440 * 60 }]
    const [keyring, other] = [open(skewMs, { limiter }), open(0, { limiter })]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? keyring : other).verify(key)),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(20)
  })
})
