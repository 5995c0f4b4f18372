import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type StoreContext, at, createHelpers, makeBatch } from './store-fixture.ts'

const hour = (offset: number) => at(offset * 3600)

/** Registers the tests of usage. */
export function itCountsUsage(context: StoreContext): void {
  const { create } = createHelpers(context)

  it('adds up usage by hour and by day', async () => {
    const { store } = context
    const { id } = await create()
    const entry = { allowed: 1, refused: 0, lastUsedAt: null }
    await store.recordUsage(
      makeBatch([
        { ...entry, id, hour: hour(-24), lastUsedAt: hour(-23.5) },
        { ...entry, id, hour: hour(0), lastUsedAt: at(30) },
        { ...entry, id: randomUUID(), hour: hour(0) },
      ]),
    )
    await store.recordUsage(makeBatch([{ id, hour: hour(0), allowed: 2, refused: 3, lastUsedAt: at(10) }]))
    await store.recordUsage(makeBatch([{ id, hour: hour(1), allowed: 0, refused: 4, lastUsedAt: null }]))
    expect(await store.readUsage({ id, unit: 'hour', from: hour(0) })).toEqual([
      { startsAt: hour(0), allowed: 3, refused: 3 },
      { startsAt: hour(1), allowed: 0, refused: 4 },
    ])
    expect(await store.readUsage({ id, unit: 'day', from: new Date(Date.UTC(2026, 1, 1)) })).toEqual([
      { startsAt: new Date(Date.UTC(2026, 1, 28)), allowed: 1, refused: 0 },
      { startsAt: new Date(Date.UTC(2026, 2, 1)), allowed: 3, refused: 7 },
    ])
    expect(await store.get(id)).toMatchObject({ lastUsedAt: at(30) })
    await store.recordUsage(makeBatch([]))
  })

  it('adds up the usage of all keys of an owner', async () => {
    const { store } = context
    const owner = randomUUID()
    const [first, second, other] = [await create({ owner }), await create({ owner }), await create()]
    const day = 86_400
    const entry = { allowed: 1, refused: 2, lastUsedAt: null }
    await store.recordUsage(
      makeBatch([
        { ...entry, id: first.id, hour: at(-day) },
        { ...entry, id: first.id, hour: at(0) },
        { id: second.id, hour: at(0), allowed: 5_000_000_000, refused: 0, lastUsedAt: null },
        { ...entry, id: second.id, hour: at(3600) },
        { ...entry, id: other.id, hour: at(0) },
      ]),
    )
    expect(await store.readUsage({ owner, unit: 'hour', from: at(0) })).toEqual([
      { startsAt: at(0), allowed: 5_000_000_001, refused: 2 },
      { startsAt: at(3600), allowed: 1, refused: 2 },
    ])
    expect(await store.readUsage({ owner, unit: 'day', from: new Date(Date.UTC(2026, 1, 28)) })).toEqual([
      { startsAt: new Date(Date.UTC(2026, 1, 28)), allowed: 1, refused: 2 },
      { startsAt: new Date(Date.UTC(2026, 2, 1)), allowed: 5_000_000_002, refused: 4 },
    ])
    expect(await store.readUsage({ id: first.id, owner, unit: 'hour', from: at(0) })).toEqual([
      { startsAt: at(0), allowed: 1, refused: 2 },
    ])
  })

  it('adds a batch once, however often it is sent, also at the same time and after a later one', async () => {
    const { store } = context
    const { id } = await create()
    const [writer, entry] = [randomUUID(), { id, hour: at(0), refused: 0, lastUsedAt: null }]
    const first = { writer, number: 1, entries: [{ ...entry, allowed: 1 }] }
    const second = { writer, number: 2, entries: [{ ...entry, allowed: 10 }] }
    await Promise.all(Array.from({ length: 10 }, () => store.recordUsage(first)))
    await store.recordUsage(first)
    await store.recordUsage(second)
    for (const batch of [first, second]) await store.recordUsage(batch)
    await store.recordUsage({ ...first, writer: randomUUID() })
    expect(await store.readUsage({ id, unit: 'hour', from: at(0) })).toMatchObject([{ allowed: 12 }])
  })

  it('loses no count when many writers count the same keys at once', async () => {
    const { store } = context
    const ids = await Promise.all([0, 1, 2].map(async () => (await create()).id))
    const entries = ids.map((id) => ({ id, hour: at(0), allowed: 1, refused: 1, lastUsedAt: at(1) }))
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.recordUsage(makeBatch(index % 2 === 0 ? entries : entries.toReversed())),
      ),
    )
    for (const id of ids) {
      expect(await store.readUsage({ id, unit: 'hour', from: at(0) })).toEqual([
        { startsAt: at(0), allowed: 20, refused: 20 },
      ])
    }
  })
}
