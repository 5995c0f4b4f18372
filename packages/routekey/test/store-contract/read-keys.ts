import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type StoreContext, at, createHelpers, hashOf, makeKey } from './store-fixture.ts'

/** Registers the tests of reading keys. */
export function itReadsKeys(context: StoreContext): void {
  const { create, list, found } = createHelpers(context)

  it('returns a key as it was stored, by its hash and by its id', async () => {
    const { store } = context
    const key = makeKey({
      name: 'O\'Neill "\\ \u{1f511}',
      scopes: ['reports:read', 'a,b{}"'],
      limits: [{ name: 'hour', quota: 100, windowSeconds: 3600 }],
      allowedIps: ['10.0.0.0/8', '2001:db8::/32'],
      metadata: { nested: { list: [1, null, true, 'x'] }, quote: '"', slash: '\\u0000' },
      expiresAt: at(60.123),
    })
    const created = await store.create(key)
    const { hash, actor, at: createdAt, maximumKeys, ...properties } = key
    expect(created).toEqual({
      ...properties,
      createdAt,
      graceEndsAt: null,
      disabledAt: null,
      revokedAt: null,
      lastUsedAt: null,
    })
    const lookUp = await store.findByHash(hash)
    expect(lookUp).toEqual({
      record: created,
      isCurrent: true,
      graceEndsAt: null,
      isOwnerActive: true,
      now: lookUp?.now,
    })
    // A store with a clock says what time it was.
    expect(lookUp?.now instanceof Date).toBe(store.now !== undefined)
    expect(await store.get(key.id)).toEqual(created)
    expect(JSON.stringify(created)).not.toContain(hash)
    expect([actor, maximumKeys]).toEqual([null, Infinity])
  })

  it('returns null for an unknown key', async () => {
    const { store } = context
    expect(await store.findByHash(hashOf('nothing'))).toBeNull()
    expect(await store.findByHash('')).toBeNull()
    expect(await store.get(randomUUID())).toBeNull()
    const target = { id: randomUUID(), actor: null, at: at(1) }
    expect(await store.change({ ...target, action: 'revoked', set: { revokedAt: at(1) } })).toBeNull()
    expect(await store.rotate({ ...target, hash: hashOf('a'), start: 'a', graceEndsAt: at(1) })).toBeNull()
    expect(await store.readUsage({ id: target.id, unit: 'hour', from: at(0) })).toBeNull()
    expect(await store.readAudit({ id: target.id, limit: 10 })).toBeNull()
  })

  it('returns nothing for an owner without keys', async () => {
    const { store } = context
    const owner = randomUUID()
    expect(await list({ owner, limit: 10 })).toEqual([])
    expect(await store.readUsage({ owner, unit: 'hour', from: at(0) })).toEqual([])
    expect(await store.revokeAll({ owner, actor: null, at: at(1) })).toBe(0)
    expect(await store.deleteAll({ owner })).toBe(0)
  })

  it('keeps an owner away from the keys of another', async () => {
    const { store } = context
    const key = makeKey()
    await store.create(key)
    const target = { id: key.id, owner: 'eve', actor: 'eve', at: at(1) }
    expect(await store.get(key.id, 'eve')).toBeNull()
    expect(await store.get(key.id, '')).toBeNull()
    expect(await store.change({ ...target, action: 'revoked', set: { revokedAt: at(1) } })).toBeNull()
    expect(await store.rotate({ ...target, hash: hashOf('eve'), start: 'a', graceEndsAt: at(1) })).toBeNull()
    expect(await store.findByHash(hashOf('eve'))).toBeNull()
    expect(await list({ owner: 'eve', limit: 10 })).toEqual([])
    expect(await store.readUsage({ id: key.id, owner: 'eve', unit: 'hour', from: at(0) })).toBeNull()
    expect(await store.readAudit({ id: key.id, owner: 'eve', limit: 10 })).toBeNull()
    expect(await store.revokeAll({ owner: 'eve', actor: 'eve', at: at(1) })).toBe(0)
    expect(await store.deleteAll({ owner: 'eve' })).toBe(0)
    expect(await store.get(key.id, key.owner)).toMatchObject({ revokedAt: null, name: 'CI' })
    expect(await store.readAudit({ id: key.id, owner: key.owner, limit: 10 })).toHaveLength(1)
  })

  it('lists keys newest first, page by page', async () => {
    const { store } = context
    const owner = randomUUID()
    const keys = [0, 1, 2].map((seconds) => makeKey({ owner, at: at(seconds) }))
    for (const key of keys) await store.create(key)
    const ids = async (query: { after?: string; limit: number }) =>
      (await list({ owner, ...query })).map(({ id }) => id)
    const [first, second, third] = keys.map(({ id }) => id)
    expect(await ids({ limit: 2 })).toEqual([third, second])
    expect(await ids({ limit: 2, after: second! })).toEqual([first])
    expect(await ids({ limit: 2, after: first! })).toEqual([])
    expect(await ids({ limit: 2, after: randomUUID() })).toEqual([])
    expect((await list({ limit: 1000 })).filter((record) => record.owner === owner)).toHaveLength(3)
    expect(await list({ owner: randomUUID(), after: third!, limit: 10 })).toEqual([])
  })

  it('lists usable keys and ended keys apart', async () => {
    const { store } = context
    const owner = randomUUID()
    const names = ['active', 'revoked', 'expired', 'disabled', 'expiring', 'newest']
    const expiresAt: Record<string, Date> = { expired: at(10), expiring: at(11) }
    for (const [index, name] of names.entries()) {
      await create({ owner, name, at: at(index - 10), expiresAt: expiresAt[name] ?? null })
    }
    const idOf = new Map((await list({ owner, limit: 10 })).map(({ id, name }) => [name, id]))
    const target = (name: string) => ({ id: idOf.get(name)!, actor: null, at: at(1) })
    await store.change({ ...target('revoked'), action: 'revoked', set: { revokedAt: at(1) } })
    await store.change({ ...target('disabled'), action: 'disabled', set: { disabledAt: at(1) } })

    const page = async (state: 'usable' | 'ended', after?: string, limit = 10) =>
      (await list({ owner, state, limit, after: after && idOf.get(after) }, at(10))).map(({ name }) => name)
    expect(await page('usable')).toEqual(['newest', 'expiring', 'disabled', 'active'])
    expect(await page('ended')).toEqual(['expired', 'revoked'])
    expect(await page('usable', 'newest', 2)).toEqual(['expiring', 'disabled'])
    expect(await page('ended', 'expired')).toEqual(['revoked'])
    // A key that has ended since the page before still marks the place.
    expect(await page('usable', 'expired')).toEqual(['active'])
  })

  it('rejects a hash that belongs to another key, and stores nothing', async () => {
    const { store } = context
    const key = makeKey()
    await store.create(key)
    const second = makeKey({ hash: key.hash })
    await expect(store.create(second)).rejects.toThrow(Error)
    expect(await store.get(second.id)).toBeNull()
    expect(await found(key.hash)).toMatchObject({ id: key.id })
  })
}
