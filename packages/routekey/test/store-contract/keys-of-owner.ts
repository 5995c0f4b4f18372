import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type StoreContext, at, createHelpers, hashOf, makeKey, makeBatch } from './store-fixture.ts'

/** Registers the tests of the maximum of an owner, and of changing all keys of an owner. */
export function itChangesKeysOfOwner(context: StoreContext): void {
  const { create, list, trail } = createHelpers(context)

  it('stores no key beyond maximumKeys, and counts only keys that are neither revoked nor expired', async () => {
    const { store } = context
    const owner = randomUUID()
    const bound = { owner, maximumKeys: 3, at: at(10) }
    await create({ owner, expiresAt: at(10) })
    const { id } = await create({ owner })
    await create({ owner, expiresAt: at(11) })
    const disabled = await create(bound)
    await store.change({
      id: disabled.id,
      actor: null,
      at: at(10),
      action: 'disabled',
      set: { disabledAt: at(10) },
    })

    const refused = makeKey(bound)
    expect(await store.create(refused)).toBeNull()
    expect(await store.get(refused.id)).toBeNull()
    expect(await store.findByHash(refused.hash)).toBeNull()
    expect(await store.create(makeKey({ ...bound, owner: randomUUID() }))).not.toBeNull()
    await store.change({ id, actor: null, at: at(10), action: 'revoked', set: { revokedAt: at(10) } })
    expect(await store.create(refused)).not.toBeNull()
    expect(await store.create(makeKey({ ...bound, maximumKeys: Infinity }))).not.toBeNull()
  })

  it('stores exactly maximumKeys keys when many are created at once', async () => {
    const { store } = context
    const owner = randomUUID()
    const created = await Promise.all(
      Array.from({ length: 20 }, () => store.create(makeKey({ owner, maximumKeys: 7 }))),
    )
    expect(created.filter((record) => record !== null)).toHaveLength(7)
    expect(await list({ owner, limit: 100 })).toHaveLength(7)
  })

  it('revokes every key of an owner once, each with an entry in its audit trail', async () => {
    const { store } = context
    const owner = randomUUID()
    const [first, second, revoked] = [await create({ owner }), await create({ owner }), await create({ owner })]
    const other = await create()
    await store.change({
      id: revoked.id,
      actor: null,
      at: at(1),
      action: 'revoked',
      set: { revokedAt: at(1) },
    })
    expect(await store.revokeAll({ owner, actor: 'admin', at: at(2) })).toBe(2)
    expect(await store.revokeAll({ owner, actor: 'admin', at: at(3) })).toBe(0)
    for (const { id } of [first, second]) {
      expect(await store.get(id)).toMatchObject({ revokedAt: at(2) })
      const change = { from: null, to: expect.stringContaining('2026-03-01T12:00:02') }
      expect(await trail(id)).toEqual([
        { id: expect.any(String), at: at(2), actor: 'admin', action: 'revoked', changes: { revokedAt: change } },
        expect.objectContaining({ action: 'created' }),
      ])
    }
    expect(await store.get(revoked.id)).toMatchObject({ revokedAt: at(1) })
    expect(await store.get(other.id)).toMatchObject({ revokedAt: null })
  })

  it('deletes every key of an owner, with its hashes, usage and audit trail', async () => {
    const { store } = context
    const owner = randomUUID()
    const [key, kept] = [makeKey({ owner }), makeKey()]
    for (const one of [key, kept]) await store.create(one)
    await create({ owner })
    const newer = hashOf(`${key.id} newer`)
    await store.rotate({ id: key.id, actor: null, at: at(1), hash: newer, start: 'x', graceEndsAt: at(9) })
    const entry = { hour: at(0), allowed: 1, refused: 0, lastUsedAt: at(0) }
    await store.recordUsage(makeBatch([key, kept].map(({ id }) => ({ ...entry, id }))))

    expect(await store.deleteAll({ owner })).toBe(2)
    expect(await store.deleteAll({ owner })).toBe(0)
    expect(await list({ owner, limit: 10 })).toEqual([])
    for (const hash of [key.hash, newer]) expect(await store.findByHash(hash)).toBeNull()
    expect(await store.get(key.id)).toBeNull()
    expect(await store.readUsage({ id: key.id, unit: 'day', from: at(0) })).toBeNull()
    expect(await store.readUsage({ owner, unit: 'day', from: new Date(0) })).toEqual([])
    expect(await store.readAudit({ id: key.id, limit: 10 })).toBeNull()
    // Counts that arrive later are dropped, and the hash is free again.
    await store.recordUsage(makeBatch([{ ...entry, id: key.id }]))
    expect(await store.create(key)).toMatchObject({ id: key.id, lastUsedAt: null })
    expect(await store.readUsage({ id: key.id, unit: 'day', from: new Date(0) })).toEqual([])
    expect(await store.readUsage({ id: kept.id, unit: 'day', from: new Date(0) })).toHaveLength(1)
  })
}
