import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type StoreContext, at, createHelpers, hashOf, makeKey, makeBatch } from './store-fixture.ts'

/** The time so many days after a day on which no other test creates a row. */
const day = (count: number) => at((count - 1000) * 86_400)

/** Registers the tests of how much a store keeps, and for how long. */
export function itBoundsWhatItKeeps(context: StoreContext): void {
  const { create, list } = createHelpers(context)

  it('keeps the 100 keys of an owner that ended last, however many are created and revoked', async () => {
    const { store } = context
    const owner = randomUUID()
    const created: string[] = []
    for (let second = 0; second < 120; second += 1) {
      const { id } = await create({ owner, at: at(second) })
      created.push(id)
      await store.change({ id, actor: null, at: at(second), action: 'revoked', set: { revokedAt: at(second) } })
    }
    const expired = await create({ owner, at: at(0), expiresAt: at(121) })
    const usable = await create({ owner, at: at(130) })
    const kept = await list({ owner, state: 'ended', limit: 200 }, at(130))
    expect(kept.map(({ id }) => id).toSorted()).toEqual([expired.id, ...created.slice(-99)].toSorted())
    expect(await store.readAudit({ id: created[20]!, limit: 1 })).toBeNull()
    expect(await list({ owner, state: 'usable', limit: 200 }, at(130))).toEqual([usable])
  })

  it('keeps the newest 1,000 entries of an audit trail', async () => {
    const { store } = context
    const { id } = await create()
    for (let count = 1; count <= 1010; count += 1) {
      await store.change({ id, actor: null, at: at(1), action: 'updated', set: { name: String(count) } })
    }
    const entries = (await store.readAudit({ id, limit: 2000 })) ?? []
    expect(entries).toHaveLength(1000)
    expect(entries[0]!.changes['name']!.to).toBe('1010')
    expect(entries.at(-1)!.changes['name']!.to).toBe('11')
  })

  it('prunes secrets 30 days after their grace, audit entries after 365 days and usage after 90, in batches', async () => {
    const { store } = context
    const prune = (count: number, limit = 1000) => store.prune({ at: day(count), limit })
    const key = makeKey({ at: day(0) })
    const others = makeKey({ at: day(0) })
    const hash = hashOf(`${key.id} 2`)
    await store.create(key)
    await store.create(others)
    await store.rotate({ id: key.id, actor: null, at: day(0), hash, start: 'x', graceEndsAt: day(1) })
    const entry = { id: key.id, allowed: 1, refused: 0, lastUsedAt: null }
    const hours = Array.from({ length: 3 }, (_, index) => new Date(day(0).getTime() + index * 3_600_000))
    await store.recordUsage(makeBatch(hours.map((hour) => ({ ...entry, hour }))))

    await prune(31)
    expect(await store.findByHash(key.hash)).toMatchObject({ isCurrent: false })
    await prune(32)
    expect(await store.findByHash(key.hash)).toBeNull()
    expect(await store.findByHash(hash)).toMatchObject({ isCurrent: true })

    const usage = async () => (await store.readUsage({ id: key.id, unit: 'hour', from: new Date(0) }))!.length
    await prune(90)
    expect(await usage()).toBe(3)
    expect(await prune(91, 2)).toMatchObject({ usageHours: 2 })
    expect(await usage()).toBe(1)
    expect(await prune(91, 2)).toMatchObject({ usageHours: 1 })

    const entries = async () => (await store.readAudit({ id: key.id, limit: 10 }))!.length
    await prune(365)
    expect(await entries()).toBe(2)
    expect(await prune(366)).toEqual({ keys: 0, secrets: 0, auditEntries: 3, usageHours: 0 })
    expect(await entries()).toBe(0)
    expect(await store.get(key.id)).not.toBeNull()
    expect(await prune(366)).toEqual({ keys: 0, secrets: 0, auditEntries: 0, usageHours: 0 })
  })
}
