import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type StoreContext, at, createHelpers, hashOf, makeKey } from './store-fixture.ts'

/** Registers the tests of changing one key, and of its audit trail. */
export function itChangesKeys(context: StoreContext): void {
  const { create, trail, found } = createHelpers(context)

  it('changes the given properties, and records what changed', async () => {
    const { store } = context
    const key = makeKey({ metadata: { a: 1 }, expiresAt: at(3600), scopes: ['a'] })
    const created = await store.create(key)
    const target = { id: key.id, owner: key.owner }
    const limits = [{ name: 'minute', quota: 5, windowSeconds: 60 }]
    const set = { name: 'New', scopes: [], limits, allowedIps: ['192.0.2.1'], metadata: {}, expiresAt: null }
    expect(await store.change({ ...target, actor: 'ada', at: at(1), action: 'updated', set })).toEqual({
      ...created,
      ...set,
    })
    expect(await store.change({ ...target, actor: 'ada', at: at(2), action: 'updated', set: {} })).toMatchObject(set)
    expect(await store.change({ ...target, actor: 'ada', at: at(3), action: 'updated', set })).toMatchObject(set)
    expect(await trail(key.id)).toEqual([
      {
        id: expect.any(String),
        at: at(1),
        actor: 'ada',
        action: 'updated',
        changes: {
          name: { from: 'CI', to: 'New' },
          scopes: { from: ['a'], to: [] },
          limits: { from: [], to: limits },
          allowedIps: { from: [], to: ['192.0.2.1'] },
          metadata: { from: { a: 1 }, to: {} },
          expiresAt: { from: expect.stringContaining('2026-03-01'), to: null },
        },
      },
      { id: expect.any(String), at: at(0), actor: null, action: 'created', changes: {} },
    ])
  })

  it('reads the audit trail newest first, page by page', async () => {
    const { store } = context
    const { id } = await create()
    const other = await create()
    for (const name of ['a', 'b', 'c']) {
      await store.change({ id, actor: null, at: at(1), action: 'updated', set: { name } })
    }
    const [c, b, a, created] = await trail(id)
    const page = async (after: string, limit = 10) => store.readAudit({ id, after, limit })
    expect([c, b, a].map((entry) => entry?.changes['name']?.to)).toEqual(['c', 'b', 'a'])
    expect(await store.readAudit({ id, limit: 2 })).toEqual([c, b])
    expect(await page(b!.id)).toEqual([a, created])
    expect(await page(b!.id, 1)).toEqual([a])
    expect(await page(created!.id)).toEqual([])
    const [foreign] = await trail(other.id)
    for (const unknown of [foreign!.id, '', 'x', '-1', '1e3', '0', '9'.repeat(30), randomUUID()]) {
      expect(await page(unknown)).toEqual([])
    }
  })

  it('disables, enables and revokes, and keeps the first time of each', async () => {
    const { store } = context
    const key = makeKey()
    await store.create(key)
    const change = (seconds: number, action: 'disabled' | 'enabled' | 'revoked' | 'updated', set: object) =>
      store.change({ id: key.id, actor: null, at: at(seconds), action, set })
    await change(1, 'disabled', { disabledAt: at(1) })
    expect(await change(2, 'disabled', { disabledAt: at(2) })).toMatchObject({ disabledAt: at(1) })
    expect(await change(3, 'enabled', { disabledAt: null })).toMatchObject({ disabledAt: null })
    await change(4, 'revoked', { revokedAt: at(4) })
    expect(await change(5, 'revoked', { revokedAt: at(5) })).toMatchObject({ revokedAt: at(4) })
    expect(await change(6, 'updated', { name: 'Z' })).toBeNull()
    expect(await change(6, 'enabled', { disabledAt: null })).toBeNull()
    expect(
      await store.rotate({
        id: key.id,
        actor: null,
        at: at(6),
        hash: hashOf(`${key.id} x`),
        start: 'x',
        graceEndsAt: at(9),
      }),
    ).toBeNull()
    expect(await found(key.hash)).toMatchObject({ revokedAt: at(4), name: 'CI' })
    const actions = (await trail(key.id)).map(({ action }) => action)
    expect(actions).toEqual(['revoked', 'enabled', 'disabled', 'created'])
  })

  it('rotates: the new hash is current, the one before is valid until the grace or the expiry, and no other', async () => {
    const { store } = context
    const key = makeKey({ expiresAt: at(100) })
    await store.create(key)
    const rotate = (seconds: number, hash: string, graceEndsAt: Date) =>
      store.rotate({
        id: key.id,
        owner: key.owner,
        actor: 'ada',
        at: at(seconds),
        hash,
        start: hash.slice(0, 4),
        graceEndsAt,
      })
    const [second, third] = [hashOf(`${key.id} 2`), hashOf(`${key.id} 3`)]
    expect(await rotate(1, second, at(11))).toMatchObject({ graceEndsAt: at(11), start: second.slice(0, 4) })
    expect(await rotate(2, third, at(1000))).toMatchObject({ graceEndsAt: at(100), expiresAt: at(100) })
    expect(await store.findByHash(key.hash)).toBeNull()
    expect(await store.findByHash(second)).toMatchObject({ isCurrent: false, graceEndsAt: at(100) })
    expect(await store.findByHash(third)).toMatchObject({ isCurrent: true, graceEndsAt: null })
    const fourth = hashOf(`${key.id} 4`)
    expect(await rotate(3, fourth, at(3))).toMatchObject({ graceEndsAt: null })
    expect(await store.findByHash(third)).toMatchObject({ isCurrent: false, graceEndsAt: at(3) })
    expect(await store.findByHash(second)).toBeNull()
    expect(await rotate(100, hashOf(`${key.id} 5`), at(200))).toBeNull()
    const audit = await trail(key.id)
    expect(audit[0]).toMatchObject({ action: 'rotated', actor: 'ada' })
    expect(JSON.stringify(audit)).not.toContain(fourth)
  })

  it('ends the grace of a rotation, once and without a way back', async () => {
    const { store } = context
    const key = makeKey()
    await store.create(key)
    const current = hashOf(`${key.id} 2`)
    const target = { id: key.id, owner: key.owner, actor: 'ada' }
    await store.rotate({ ...target, at: at(1), hash: current, start: 'x', graceEndsAt: at(100) })
    const end = (seconds: number, owner = key.owner) =>
      store.change({ ...target, owner, at: at(seconds), action: 'updated', set: { graceEndsAt: null } })
    expect(await end(2, 'another')).toBeNull()
    expect(await store.findByHash(key.hash)).toMatchObject({ graceEndsAt: at(100) })
    expect(await end(3)).toMatchObject({ graceEndsAt: null })
    expect(await end(4)).toMatchObject({ graceEndsAt: null })
    expect(await store.findByHash(key.hash)).toMatchObject({ isCurrent: false, graceEndsAt: at(3) })
    expect(await store.findByHash(current)).toMatchObject({ isCurrent: true, graceEndsAt: null })
    const [ended, rotated] = await trail(key.id)
    const change = { from: expect.stringContaining('2026-03-01T12:01:40'), to: null }
    expect(ended).toMatchObject({ action: 'updated', at: at(3), actor: 'ada', changes: { graceEndsAt: change } })
    expect(rotated).toMatchObject({ action: 'rotated' })
  })

  it('has one current hash and one before it after concurrent rotations', async () => {
    const { store } = context
    const key = makeKey()
    await store.create(key)
    const hashes = Array.from({ length: 5 }, (_, index) => hashOf(`${key.id} ${index}`))
    const target = { id: key.id, actor: null, at: at(1), start: 'x', graceEndsAt: at(10) }
    await Promise.all(hashes.map((hash) => store.rotate({ ...target, hash })))
    const all = await Promise.all([key.hash, ...hashes].map((hash) => store.findByHash(hash)))
    expect(all.filter((one) => one?.isCurrent === true)).toHaveLength(1)
    expect(all.filter((one) => one?.graceEndsAt?.getTime() === at(10).getTime())).toHaveLength(1)
    expect(all.filter((one) => one === null)).toHaveLength(4)
  })
}
