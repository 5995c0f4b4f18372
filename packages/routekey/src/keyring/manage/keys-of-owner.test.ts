import { describe, expect, it } from 'vitest'

import { createKeyring } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { at, setUp } from '../../../test/keyring-fixture.ts'

const limited = (maximumKeysPerOwner: number) =>
  createKeyring({ store: createMemoryStore(), prefix: 'acme', maximumKeysPerOwner })

describe('maximumKeysPerOwner', () => {
  it('returns a refusal with the maximum, and creates nothing', async () => {
    const keyring = limited(2)
    const created = await keyring.create({ owner: 'ada', name: 'CI' })
    expect(created).toEqual({ ok: true, key: expect.stringMatching(/^acme_/), record: expect.any(Object) })
    await keyring.create({ owner: 'ada', name: 'CI' })
    const refusal = { ok: false, reason: 'too_many_keys', maximum: 2 }
    expect(await keyring.create({ owner: 'ada', name: 'CI' })).toEqual(refusal)
    expect(await keyring.list({ owner: 'ada' })).toHaveLength(2)
    expect(await keyring.create({ owner: 'bob', name: 'CI' })).toMatchObject({ ok: true })
  })

  it('makes room when a key is revoked, and not when it is disabled', async () => {
    const keyring = limited(1)
    const created = await keyring.create({ owner: 'ada', name: 'CI' })
    const id = created.ok ? created.record.id : ''
    await keyring.disable(id)
    expect(await keyring.create({ owner: 'ada', name: 'CI' })).toMatchObject({ ok: false })
    await keyring.revoke(id)
    expect(await keyring.create({ owner: 'ada', name: 'CI' })).toMatchObject({ ok: true })
  })

  it('checks the values before it counts', async () => {
    const keyring = limited(1)
    await keyring.create({ owner: 'ada', name: 'CI' })
    await expect(keyring.create({ owner: 'ada', name: '' })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
  })

  it('does not limit a keyring without it', async () => {
    const { keyring, make } = setUp()
    for (let made = 0; made < 100; made += 1) expect((await make()).ok).toBe(true)
    expect(await keyring.list({ owner: 'ada', limit: 1000 })).toHaveLength(100)
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31])('rejects a maximum of %d', (maximumKeysPerOwner) => {
    expect(() => limited(maximumKeysPerOwner)).toThrow(
      'maximumKeysPerOwner must be a whole number from 1 to 2147483647',
    )
  })
})

describe.each(['revokeAll', 'deleteAll'] as const)('%s', (method) => {
  const code = method === 'revokeAll' ? 'key_revoked' : 'invalid_key'

  it('ends every key of the owner at once, and leaves the cached keys of others', async () => {
    const { keyring, make, calls } = setUp({ cache: { seconds: 3600 } })
    const [first, second, other] = [await make(), await make(), await make({ owner: 'eve' })]
    for (const { key } of [first, second, other]) expect((await keyring.verify(key)).ok).toBe(true)
    expect(await keyring[method]({ owner: 'ada' })).toBe(2)
    calls.length = 0
    expect((await keyring.verify(other.key)).ok).toBe(true)
    expect(calls).toEqual([])
    for (const { key } of [first, second]) expect(await keyring.verify(key)).toMatchObject({ denial: { code } })
    expect(await keyring[method]({ owner: 'ada' })).toBe(0)
  })

  it('takes effect in another process, if the store reports changes', async () => {
    const store = createMemoryStore()
    const [here, other] = [setUp({ store, cache: { seconds: 3600 } }), setUp({ store })]
    await here.keyring.listen()
    const { key } = await here.make()
    await here.keyring.verify(key)
    await other.keyring[method]({ owner: 'ada' })
    expect(await here.keyring.verify(key)).toMatchObject({ denial: { code } })
    await here.keyring.close()
  })

  it('removes the keys from the cache also if the write fails, because it may have succeeded', async () => {
    const store = createMemoryStore()
    const failing = {
      ...store,
      [method]: async (request: { owner: string; actor: string | null; at: Date }) => {
        await store[method](request)
        throw new Error('connection lost')
      },
    }
    const { keyring, make } = setUp({ store: failing, cache: { seconds: 3600 } })
    const { key } = await make()
    await keyring.verify(key)
    await expect(keyring[method]({ owner: 'ada' })).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(await keyring.verify(key)).toMatchObject({ denial: { code } })
  })

  it.each(['', 'a\nb', undefined])('rejects the owner %j, and calls no store', async (owner) => {
    const { keyring, calls } = setUp()
    // @ts-expect-error -- JavaScript can pass undefined
    await expect(keyring[method]({ owner })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
    expect(calls).toEqual([])
  })
})

it('revokeAll names the actor in the audit trail of each key, by default the owner', async () => {
  const { keyring, make } = setUp()
  const { record } = await make()
  await keyring.revokeAll({ owner: 'ada', actor: 'admin' })
  expect(await keyring.audit(record.id)).toMatchObject([{ action: 'revoked', actor: 'admin' }, { action: 'created' }])
  const { record: second } = await make()
  await keyring.revokeAll({ owner: 'ada' })
  expect(await keyring.audit(second.id)).toMatchObject([{ action: 'revoked', actor: 'ada' }, { action: 'created' }])
})

describe('list', () => {
  it('lists usable and ended keys apart, by the clock of the keyring', async () => {
    const { keyring, make, advance } = setUp()
    const { record: expiring } = await make({ expiresAt: at(60) })
    const { record: lasting } = await make()
    const ids = async (state: 'usable' | 'ended') => (await keyring.list({ owner: 'ada', state })).map(({ id }) => id)
    expect(await ids('usable')).toEqual([lasting.id, expiring.id])
    expect(await ids('ended')).toEqual([])
    advance(60)
    expect(await ids('usable')).toEqual([lasting.id])
    expect(await ids('ended')).toEqual([expiring.id])
  })

  it.each([0, 1.5, 1001])('rejects a limit of %d', async (limit) => {
    const { keyring, make } = setUp()
    const { record } = await make()
    await expect(keyring.list({ limit })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
    await expect(keyring.audit(record.id, { limit })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
    await expect(keyring.usage({ owner: 'ada' }, { unit: 'day', count: limit })).rejects.toMatchObject({
      code: 'ERR_KEY_VALUE',
    })
  })
})

describe('usage', () => {
  it('adds up all keys of an owner with one call of the store, counts that wait included', async () => {
    const { keyring, make, calls } = setUp()
    const [first, second, other] = [await make(), await make(), await make({ owner: 'eve' })]
    for (const { key } of [first, second, second, other]) await keyring.verify(key)
    await keyring.verify(first.key, { scopes: ['admin'] })
    calls.length = 0
    expect(await keyring.usage({ owner: 'ada' }, { unit: 'hour', count: 2 })).toEqual([
      { startsAt: new Date('2026-03-01T11:00:00Z'), allowed: 0, refused: 0 },
      { startsAt: new Date('2026-03-01T12:00:00Z'), allowed: 3, refused: 1 },
    ])
    expect(calls).toEqual(['recordUsage', 'readUsage'])
    expect(await keyring.usage({ id: second.record.id, owner: 'ada' }, { unit: 'day', count: 1 })).toMatchObject([
      { allowed: 2, refused: 0 },
    ])
  })

  it('returns empty buckets for an owner without keys', async () => {
    const range = { unit: 'hour', count: 1 } as const
    expect(await setUp().keyring.usage({ owner: 'nobody' }, range)).toMatchObject([{ allowed: 0, refused: 0 }])
  })

  it('rejects a call without an id and an owner', async () => {
    const { keyring } = setUp()
    // @ts-expect-error -- JavaScript can pass it
    await expect(keyring.usage({}, { unit: 'day', count: 1 })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
  })
})

it('audit continues after an entry, and returns nothing after an unknown one', async () => {
  const { keyring, make } = setUp()
  const { record } = await make()
  for (const name of ['a', 'b']) await keyring.update(record.id, { name })
  const [latest, second] = (await keyring.audit(record.id, { limit: 2 })) ?? []
  expect([latest, second].map((entry) => entry?.changes['name']?.to)).toEqual(['b', 'a'])
  expect(await keyring.audit(record.id, { after: second!.id })).toMatchObject([{ action: 'created' }])
  expect(await keyring.audit(record.id, { after: 'unknown' })).toEqual([])
})
