import type { Pool } from 'pg'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'

import { type KeyringOptions, type RequiredScopes, createKeyring } from '../../src/index.ts'
import { type PostgresClient, createPostgresLimiter, createPostgresStore } from '../../src/stores/postgres.ts'
import { useTestPostgres } from './open-clients.ts'

const { openPool } = useTestPostgres()

type Options = Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>>

/** Opens a keyring, and records which functions of the database it calls. */
function open(options: (client: PostgresClient, pool: Pool) => Options = () => ({}), pool = openPool()) {
  const calls: string[] = []
  const client: PostgresClient = {
    query: (text, values) => {
      calls.push(/"\.(\w+)\(/.exec(text)?.[1] ?? text)
      return pool.query<object>(text, values)
    },
  }
  const keyring = createKeyring({
    store: createPostgresStore({ client }),
    limiter: createPostgresLimiter({ client }),
    prefix: 'acme',
    usage: false,
    timeoutMs: 60_000,
    ...options(client, pool),
  })
  return { keyring, calls, pool }
}

/** A limit whose window does not end within an hour. */
function makeLimit(name: string, quota: number) {
  let windowSeconds = 86_400
  while (windowSeconds - ((Date.now() / 1000) % windowSeconds) < 3600) windowSeconds += 1000
  return { name, quota, windowSeconds }
}

const twoLimits = [makeLimit('narrow', 10), makeLimit('wide', 50)]

describe('a key with several limits', () => {
  it.each<[string, (client: PostgresClient, pool: Pool) => Options, readonly string[]]>([
    ['one call, with store and limiter on one client', () => ({}), ['use_api_key']],
    [
      'one call for its limits, with the look-up from the cache',
      () => ({ cache: { seconds: 3600 } }),
      ['consume_limits'],
    ],
    [
      'two calls, with a limiter on another client',
      (_client, pool) => ({ limiter: createPostgresLimiter({ client: pool }) }),
      ['find_api_key'],
    ],
    [
      'two calls, with a limiter whose failures are ignored',
      () => ({ onLimiterError: 'allow' }),
      ['find_api_key', 'consume_limits'],
    ],
    [
      'two calls, with a look-up that the application wraps',
      (client) => {
        const store = createPostgresStore({ client })
        return { store: { ...store, findByHash: (hash) => store.findByHash(hash) } }
      },
      ['find_api_key', 'consume_limits'],
    ],
    [
      'two calls, with a limiter that the application wraps',
      (client) => {
        const limiter = createPostgresLimiter({ client })
        return { limiter: { ...limiter, consumeAll: (...given) => limiter.consumeAll(...given) } }
      },
      ['find_api_key', 'consume_limits'],
    ],
    [
      'one call and its own limiter, with counters elsewhere',
      () => ({ limiter: new RateLimiterMemory({ points: 1000, duration: 1 }) }),
      ['find_api_key'],
    ],
  ])('is verified with %s', async (_name, options, expected) => {
    const { keyring, calls } = open(options)
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    const left: unknown[] = []
    for (const cost of [1, 2, 8, 7, 1]) {
      calls.length = 0
      const result = await keyring.verify(key, { cost })
      left.push(result.ok ? result.limits.map(({ remaining }) => remaining) : result.denial.code)
    }
    expect(calls).toEqual(expected)
    expect(left).toEqual([[9, 49], [7, 47], 'rate_limited', [0, 40], 'rate_limited'])
  })

  it('shares its counters between one call and two', async () => {
    const { keyring, pool } = open()
    const others = [
      open(() => ({ cache: { seconds: 3600 } }), pool).keyring,
      open((_client, own) => ({ limiter: createPostgresLimiter({ client: own }) }), pool).keyring,
    ]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    const left: unknown[] = []
    for (const each of [keyring, ...others, keyring, ...others]) {
      const result = await each.verify(key)
      left.push(result.ok && result.limits[0]?.remaining)
    }
    expect(left).toEqual([9, 8, 7, 6, 5, 4])
  })

  it('has no more than the points of the limiter', async () => {
    const { keyring, pool } = open()
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    const { keyring: small } = open((client) => ({ limiter: createPostgresLimiter({ client, points: 3 }) }), pool)
    expect(await small.verify(key, { cost: 4 })).toMatchObject({ denial: { code: 'cost_above_quota' } })
    expect(await small.verify(key, { cost: 3 })).toMatchObject({ limits: [{ quota: 3, remaining: 0 }, { quota: 3 }] })
    expect(await small.verify(key)).toMatchObject({ denial: { code: 'rate_limited' } })
  })

  it('lets exactly its quota of points pass over four connections', async () => {
    const { keyring, pool } = open()
    const keyrings = [keyring, ...Array.from({ length: 3 }, () => open().keyring)]
    const limits = [makeLimit('wide', 200), makeLimit('narrow', 100)]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    const costs = Array.from({ length: 500 }, (_, index) => [1, 7, 30, 1][index % 4]!)
    const results = await Promise.all(costs.map((cost, index) => keyrings[index % 4]!.verify(key, { cost })))
    expect(costs.reduce((sum, cost, index) => sum + (results[index]!.ok ? cost : 0), 0)).toBe(100)
    const { rows } = await pool.query(`select from limit_counter where points = 100`)
    expect(rows.length).toBeGreaterThanOrEqual(2)
  })
})

describe('a key that another check refuses counts nothing, in one call or in two', () => {
  const cases: readonly [string, string, string, RequiredScopes<string>?][] = [
    ['that is revoked', 'revoked_at = now()', 'key_revoked'],
    ['that is disabled', 'disabled_at = now()', 'key_disabled'],
    ['that has expired', `expires_at = now() - interval '1 second'`, 'key_expired'],
    ['of a suspended owner', `owner = 'suspended'`, 'owner_inactive'],
    ['from another address', `allowed_ips = '{192.0.2.0/24}'`, 'address_not_allowed'],
    ['without a scope', `scopes = '{a,c:*}'`, 'insufficient_scope', ['a', 'b']],
    ['without any of the scopes', `scopes = '{a,b:c}'`, 'insufficient_scope', { any: ['b', 'c'] }],
    ['with a wildcard for another scope', `scopes = '{b:c:*,*:c}'`, 'insufficient_scope', ['b:d']],
    ['with a quota below the cost', '', 'cost_above_quota'],
  ]

  it.each(cases)('%s', async (_name, change, code, scopes = []) => {
    const { keyring, pool } = open()
    const two = open((_client, own) => ({ limiter: createPostgresLimiter({ client: own }) }), pool).keyring
    await pool.query(
      `create or replace function public.get_api_key_owner_state(owner text) returns text
      language sql stable as $$ select case when owner = 'suspended' then owner else 'active' end $$`,
    )
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    if (change !== '') await pool.query(`update api_key set ${change} where id = $1`, [record.id])
    const options = { scopes, ip: '198.51.100.1', cost: change === '' ? 11 : 1 }
    for (const each of [keyring, two]) expect(await each.verify(key, options)).toMatchObject({ denial: { code } })
    await pool.query(
      `update api_key set revoked_at = null, disabled_at = null, expires_at = null, owner = 'ada', allowed_ips = '{}'
      where id = $1`,
      [record.id],
    )
    expect(await keyring.verify(key)).toMatchObject({ limits: [{ remaining: 9 }, { remaining: 49 }] })
  })

  it('from before a rotation whose grace is over', async () => {
    const { keyring, pool } = open()
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    const rotated = await keyring.rotate(record.id, { graceSeconds: 3600 })
    expect(await keyring.verify(key)).toMatchObject({ isCurrent: false, limits: [{ remaining: 9 }, {}] })
    await pool.query(
      `update api_key_secret set grace_ends_at = now() - interval '1 s' where key_id = $1 and not is_current`,
      [record.id],
    )
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ isCurrent: true, limits: [{ remaining: 8 }, {}] })
  })

  it('that is unknown', async () => {
    const { keyring, calls } = open()
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    await keyring.deleteAll({ owner: record.owner })
    calls.length = 0
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'invalid_key' } })
    expect(calls).toEqual(['use_api_key'])
  })
})

describe('a key that passes is counted in one call, unless the database cannot be sure', () => {
  it.each<[string, string, RequiredScopes<string>, readonly string[]]>([
    ['without required scopes', '', [], ['use_api_key']],
    ['with the scopes', `scopes = '{a,b:c}'`, ['b:c', 'a'], ['use_api_key']],
    ['with any of the scopes', `scopes = '{b:c}'`, { any: ['a', 'b:c'] }, ['use_api_key']],
    ['with wildcards at the end', `scopes = '{b:*}'`, ['b:c', 'b:d:e'], ['use_api_key']],
    ['with the wildcard for everything', `scopes = '{*}'`, ['b:c:d', 'a'], ['use_api_key']],
    ['with a wildcard in the middle', `scopes = '{b:*:d}'`, ['b:c:d'], ['use_api_key', 'consume_limits']],
    ['with allowed addresses', `allowed_ips = '{192.0.2.0/24}'`, [], ['use_api_key', 'consume_limits']],
    ['without limits', `limits = '[]'`, [], ['use_api_key']],
  ])('%s', async (_name, change, scopes, expected) => {
    const { keyring, calls, pool } = open()
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
    if (change !== '') await pool.query(`update api_key set ${change} where id = $1`, [record.id])
    calls.length = 0
    const result = await keyring.verify(key, { scopes, ip: '192.0.2.1' })
    expect(calls).toEqual(expected)
    const left = change.startsWith('limits') ? [] : [{ remaining: 9 }, { remaining: 49 }]
    expect(result).toMatchObject({ ok: true, limits: left })
  })
})

it('several guards of a request are one use: scopes are checked each time, and the highest cost counts', async () => {
  const { keyring, calls } = open()
  const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits, scopes: ['a'] })
  const request = new Request('http://localhost/', { headers: { 'x-api-key': key } })
  const check = (scopes: readonly string[], cost: number) =>
    keyring.verifier({ scopes, cost }).verify({ request, credential: { kind: 'key', key, source: 'x-api-key' } })
  calls.length = 0
  expect(await check(['b'], 5)).toMatchObject({ ok: false, denial: { code: 'insufficient_scope' } })
  expect(await check(['a'], 2)).toMatchObject({ ok: true, caller: { limits: [{ remaining: 8 }, { remaining: 48 }] } })
  expect(await check([], 6)).toMatchObject({ ok: true, caller: { limits: [{ remaining: 4 }, { remaining: 44 }] } })
  expect(await check([], 1)).toMatchObject({ ok: true, caller: { limits: [{ remaining: 4 }, { remaining: 44 }] } })
  expect(calls).toEqual(['use_api_key', 'consume_limits', 'consume_limits'])
})

it.each([
  ['too few', []],
  ['text', ['0', '0']],
  ['null', null],
])('a result with %s used points is a 503, and never a key without limits', async (_name, usedPoints) => {
  const { keyring, pool } = open()
  const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits: twoLimits })
  const client: PostgresClient = {
    query: async (text, values) => {
      const { rows } = await pool.query<{ result: string }>(text, values)
      const result: object = JSON.parse(rows[0]!.result)
      return { rows: [{ result: JSON.stringify(text.includes('use_api_key') ? { ...result, usedPoints } : result) }] }
    },
  }
  const { keyring: broken } = open(
    () => ({
      store: createPostgresStore({ client }),
      limiter: createPostgresLimiter({ client }),
      logger: { error: () => {} },
    }),
    pool,
  )
  expect(await broken.verify(key)).toMatchObject({ denial: { status: 503, code: 'store_unavailable' } })
})
