import { createHash, randomUUID } from 'node:crypto'

import { beforeAll, describe, expect, it } from 'vitest'

import type { KeyStore, NewKey } from '../src/index.ts'

const start = Date.UTC(2026, 2, 1, 12)
const at = (seconds: number) => new Date(start + seconds * 1000)
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

function newKey(values: Partial<NewKey> = {}): NewKey {
  const id = randomUUID()
  return {
    id,
    hash: hashOf(id),
    owner: `owner-${id}`,
    name: 'CI',
    start: 'acme_ab12',
    scopes: [],
    limits: [],
    allowedIps: [],
    metadata: {},
    expiresAt: null,
    actor: null,
    at: at(0),
    ...values,
  }
}

/** What every store must do. A new one adds a call of this and nothing else. */
export function storeContract(name: string, open: () => Promise<KeyStore>): void {
  describe(`the key store on ${name}`, () => {
    let store: KeyStore
    beforeAll(async () => {
      store = await open()
    })

    const found = async (hash: string) => (await store.findByHash(hash))?.record ?? null

    it('gives back a key as it was stored, by its hash and by its id', async () => {
      const key = newKey({
        name: 'O\'Neill "\\ \u{1f511}',
        scopes: ['reports:read', 'a,b{}"'],
        limits: [{ name: 'hour', quota: 100, windowSeconds: 3600 }],
        allowedIps: ['10.0.0.0/8', '2001:db8::/32'],
        metadata: { nested: { list: [1, null, true, 'x'] }, quote: '"', slash: '\\u0000' },
        expiresAt: at(60.123),
      })
      const created = await store.create(key)
      const { hash, actor, at: createdAt, ...properties } = key
      expect(created).toEqual({
        ...properties,
        createdAt,
        graceEndsAt: null,
        disabledAt: null,
        revokedAt: null,
        lastUsedAt: null,
      })
      expect(await store.findByHash(hash)).toEqual({ record: created, isCurrent: true, graceEndsAt: null })
      expect(await store.get(key.id)).toEqual(created)
      expect(JSON.stringify(created)).not.toContain(hash)
      expect(actor).toBeNull()
    })

    it('gives null for what it does not hold', async () => {
      expect(await store.findByHash(hashOf('nothing'))).toBeNull()
      expect(await store.findByHash('')).toBeNull()
      expect(await store.get(randomUUID())).toBeNull()
      const target = { id: randomUUID(), actor: null, at: at(1) }
      expect(await store.change({ ...target, action: 'revoked', set: { revokedAt: at(1) } })).toBeNull()
      expect(await store.rotate({ ...target, hash: hashOf('a'), start: 'a', graceEndsAt: at(1) })).toBeNull()
      expect(await store.readUsage({ id: target.id, unit: 'hour', from: at(0) })).toEqual([])
      expect(await store.readAudit({ id: target.id, limit: 10 })).toEqual([])
      expect(await store.list({ owner: randomUUID(), limit: 10 })).toEqual([])
    })

    it('keeps one owner from the keys of another', async () => {
      const key = newKey()
      await store.create(key)
      const target = { id: key.id, owner: 'eve', actor: 'eve', at: at(1) }
      expect(await store.get(key.id, 'eve')).toBeNull()
      expect(await store.get(key.id, '')).toBeNull()
      expect(await store.change({ ...target, action: 'revoked', set: { revokedAt: at(1) } })).toBeNull()
      expect(await store.rotate({ ...target, hash: hashOf('eve'), start: 'a', graceEndsAt: at(1) })).toBeNull()
      expect(await store.findByHash(hashOf('eve'))).toBeNull()
      expect(await store.list({ owner: 'eve', limit: 10 })).toEqual([])
      expect(await store.get(key.id, key.owner)).toMatchObject({ revokedAt: null, name: 'CI' })
      expect(await store.readAudit({ id: key.id, limit: 10 })).toHaveLength(1)
    })

    it('lists the newest first, in pages', async () => {
      const owner = randomUUID()
      const keys = [0, 1, 2].map((seconds) => newKey({ owner, at: at(seconds) }))
      for (const key of keys) await store.create(key)
      const ids = async (query: { after?: string; limit: number }) =>
        (await store.list({ owner, ...query })).map(({ id }) => id)
      const [first, second, third] = keys.map(({ id }) => id)
      expect(await ids({ limit: 2 })).toEqual([third, second])
      expect(await ids({ limit: 2, after: second! })).toEqual([first])
      expect(await ids({ limit: 2, after: first! })).toEqual([])
      expect(await ids({ limit: 2, after: randomUUID() })).toEqual([])
      expect((await store.list({ limit: 1000 })).filter((record) => record.owner === owner)).toHaveLength(3)
    })

    it('changes what is given, leaves the rest, and notes what changed', async () => {
      const key = newKey({ metadata: { a: 1 }, expiresAt: at(3600), scopes: ['a'] })
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
      expect(await store.readAudit({ id: key.id, limit: 10 })).toEqual([
        {
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
        { at: at(0), actor: null, action: 'created', changes: {} },
      ])
      expect(await store.readAudit({ id: key.id, limit: 1 })).toHaveLength(1)
    })

    it('disables, enables and revokes, and keeps the time of the first', async () => {
      const key = newKey()
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
      const trail = await store.readAudit({ id: key.id, limit: 10 })
      expect(trail.map(({ action }) => action)).toEqual(['revoked', 'enabled', 'disabled', 'created'])
    })

    it('rotates: the new hash is current, earlier ones pass until the sooner of grace and expiry', async () => {
      const key = newKey({ expiresAt: at(100) })
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
      expect(await store.findByHash(key.hash)).toMatchObject({ isCurrent: false, graceEndsAt: at(11) })
      expect(await store.findByHash(second)).toMatchObject({ isCurrent: false, graceEndsAt: at(100) })
      expect(await store.findByHash(third)).toMatchObject({ isCurrent: true, graceEndsAt: null })
      const fourth = hashOf(`${key.id} 4`)
      expect(await rotate(3, fourth, at(3))).toMatchObject({ graceEndsAt: null })
      expect(await store.findByHash(third)).toMatchObject({ isCurrent: false, graceEndsAt: at(3) })
      expect(await rotate(100, hashOf(`${key.id} 5`), at(200))).toBeNull()
      expect((await store.readAudit({ id: key.id, limit: 1 }))[0]).toMatchObject({ action: 'rotated', actor: 'ada' })
      expect(JSON.stringify(await store.readAudit({ id: key.id, limit: 10 }))).not.toContain(fourth)
    })

    it('has one current hash after rotations at the same time', async () => {
      const key = newKey()
      await store.create(key)
      const hashes = Array.from({ length: 5 }, (_, index) => hashOf(`${key.id} ${index}`))
      const target = { id: key.id, actor: null, at: at(1), start: 'x', graceEndsAt: at(10) }
      await Promise.all(hashes.map((hash) => store.rotate({ ...target, hash })))
      const all = await Promise.all([key.hash, ...hashes].map((hash) => store.findByHash(hash)))
      expect(all.filter((one) => one?.isCurrent === true)).toHaveLength(1)
      expect(all.filter((one) => one?.graceEndsAt?.getTime() === at(10).getTime())).toHaveLength(5)
    })

    it('adds up usage by hour and by day', async () => {
      const { id } = await store.create(newKey())
      const hour = (offset: number) => at(offset * 3600)
      const entry = { allowed: 1, refused: 0, lastUsedAt: null }
      await store.recordUsage([
        { ...entry, id, hour: hour(-24), lastUsedAt: hour(-23.5) },
        { ...entry, id, hour: hour(0), lastUsedAt: at(30) },
        { ...entry, id: randomUUID(), hour: hour(0) },
      ])
      await store.recordUsage([{ id, hour: hour(0), allowed: 2, refused: 3, lastUsedAt: at(10) }])
      await store.recordUsage([{ id, hour: hour(1), allowed: 0, refused: 4, lastUsedAt: null }])
      expect(await store.readUsage({ id, unit: 'hour', from: hour(0) })).toEqual([
        { startsAt: hour(0), allowed: 3, refused: 3 },
        { startsAt: hour(1), allowed: 0, refused: 4 },
      ])
      expect(await store.readUsage({ id, unit: 'day', from: new Date(Date.UTC(2026, 1, 1)) })).toEqual([
        { startsAt: new Date(Date.UTC(2026, 1, 28)), allowed: 1, refused: 0 },
        { startsAt: new Date(Date.UTC(2026, 2, 1)), allowed: 3, refused: 7 },
      ])
      expect(await store.get(id)).toMatchObject({ lastUsedAt: at(30) })
      await store.recordUsage([])
    })

    it('loses no count when many write the same keys at once', async () => {
      const ids = await Promise.all([0, 1, 2].map(async () => (await store.create(newKey())).id))
      const entries = ids.map((id) => ({ id, hour: at(0), allowed: 1, refused: 1, lastUsedAt: at(1) }))
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.recordUsage(index % 2 === 0 ? entries : entries.toReversed())),
      )
      for (const id of ids) {
        expect(await store.readUsage({ id, unit: 'hour', from: at(0) })).toEqual([
          { startsAt: at(0), allowed: 20, refused: 20 },
        ])
      }
    })

    it('refuses a hash that is taken by another key, and stores nothing of it', async () => {
      const key = newKey()
      await store.create(key)
      const second = newKey({ hash: key.hash })
      await expect(store.create(second)).rejects.toThrow(Error)
      expect(await store.get(second.id)).toBeNull()
      expect(await found(key.hash)).toMatchObject({ id: key.id })
    })
  })
}
