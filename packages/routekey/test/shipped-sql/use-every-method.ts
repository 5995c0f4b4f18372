import { randomUUID } from 'node:crypto'

import { expect } from 'vitest'

import { type Keyring, type KeyStore, type TooManyKeys, authenticate, createKeyring } from '../../src/index.ts'

type BoundKeyring = Keyring<string, TooManyKeys>

async function createKey(keyring: BoundKeyring, owner: string) {
  const created = await keyring.create({ owner, name: 'CI', scopes: ['reports:read'] })
  if (!created.ok) throw new Error('The owner has no room for the key.')
  return created
}

async function verifyAndChange(keyring: BoundKeyring, owner: string): Promise<void> {
  const { key, record } = await createKey(keyring, owner)
  const { id } = record
  await createKey(keyring, owner)
  expect(await keyring.create({ owner, name: 'CI' })).toEqual({ ok: false, reason: 'too_many_keys', maximum: 2 })

  expect(await keyring.verify(key)).toMatchObject({ ok: true, record: { id, owner } })
  const request = new Request('http://localhost/', { headers: { 'x-api-key': key } })
  expect(await authenticate(request, keyring.verifier({ scopes: ['reports:read'] }))).toMatchObject({ ok: true })
  expect(await keyring.update(id, { name: 'New' })).toMatchObject({ name: 'New' })
  expect(await keyring.disable(id)).toMatchObject({ disabledAt: expect.any(Date) })
  expect(await keyring.verify(key)).toMatchObject({ ok: false, denial: { code: 'key_disabled' } })
  expect(await keyring.enable(id)).toMatchObject({ disabledAt: null })
  const rotated = await keyring.rotate(id, { graceSeconds: 60 })
  expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true, isCurrent: true })
  expect(await keyring.verify(key)).toMatchObject({ ok: true, isCurrent: false })
  expect(await keyring.endGrace(id)).toMatchObject({ graceEndsAt: null })
  expect(await keyring.verify(key)).toMatchObject({ ok: false, denial: { code: 'key_expired' } })
  expect(await keyring.get(id, { owner })).toMatchObject({ id, name: 'New' })
  await keyring.flush()
  expect(await keyring.usage({ id }, { unit: 'hour', count: 1 })).toMatchObject([{ allowed: 4, refused: 2 }])
  expect(await keyring.usage({ owner }, { unit: 'day', count: 1 })).toMatchObject([{ allowed: 4, refused: 2 }])
  const [latest] = (await keyring.audit(id, { owner })) ?? []
  const earlier = await keyring.audit(id, { owner, after: latest!.id })
  expect([latest, ...earlier!].map((entry) => entry?.action)).toEqual([
    'updated',
    'rotated',
    'enabled',
    'disabled',
    'updated',
    'created',
  ])

  expect(await keyring.revoke(id)).toMatchObject({ revokedAt: expect.any(Date) })
  expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: false, denial: { code: 'key_revoked' } })
  expect(await keyring.list({ owner, state: 'ended' })).toMatchObject([{ id }])
  expect(await keyring.list({ owner, state: 'usable' })).toHaveLength(1)
  expect(await keyring.revokeAll({ owner, actor: 'admin' })).toBe(1)
  expect(await keyring.list({ owner, state: 'usable' })).toEqual([])
  expect(await keyring.prune()).toEqual({ keys: 0, secrets: 0, auditEntries: 0, usageHours: 0 })
  expect(await keyring.deleteAll({ owner })).toBe(2)
  expect(await keyring.get(id)).toBeNull()
}

/** Calls every method of a keyring on a store, and checks the results. */
export async function useEveryMethod(store: KeyStore): Promise<void> {
  const keyring = createKeyring({
    store,
    prefix: 'acme',
    maximumKeysPerOwner: 2,
    cache: { seconds: 3600 },
    timeoutMs: 30_000,
  })
  const called = new Set<string>()
  const watched = new Proxy(keyring, {
    get(target, name, receiver) {
      called.add(String(name))
      return Reflect.get(target, name, receiver)
    },
  })
  if (store.subscribe === undefined) await expect(watched.listen()).rejects.toThrow('ERR_CONFIG_KEYRING')
  else await watched.listen()
  await verifyAndChange(watched, `owner ${randomUUID()}`)
  await watched.close()
  // A new method needs a line above.
  expect([...called].toSorted()).toEqual(Object.keys(keyring).toSorted())
}
