import { describe, expect, it, vi } from 'vitest'

import { type KeyStore } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { setUp, start } from '../../../test/keyring-fixture.ts'

describe('revoke, disable and enable', () => {
  it.each([undefined, { seconds: 3600 }])(
    'take effect at once in the same process, with the cache %j',
    async (cache) => {
      const { keyring, make } = setUp(cache && { cache })
      const { key, record } = await make()
      expect((await keyring.verify(key)).ok).toBe(true)
      await keyring.disable(record.id)
      expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_disabled' } })
      await keyring.enable(record.id)
      expect((await keyring.verify(key)).ok).toBe(true)
      await keyring.revoke(record.id)
      expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_revoked' } })
      expect(await keyring.enable(record.id)).toBeNull()
      expect(await keyring.update(record.id, { name: 'Z' })).toBeNull()
      expect(await keyring.rotate(record.id, { graceSeconds: 60 })).toBeNull()
      expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_revoked' } })
    },
  )

  it('return null for ids that do not exist or belong to another owner', async () => {
    const { keyring, make } = setUp()
    const { key, record } = await make()
    for (const id of ['', 'x', "' or 1=1 --", crypto.randomUUID()]) {
      expect(await keyring.revoke(id)).toBeNull()
      expect(await keyring.get(id)).toBeNull()
      expect(await keyring.usage({ id }, { unit: 'hour', count: 24 })).toBeNull()
      expect(await keyring.audit(id)).toBeNull()
      expect(await keyring.list({ after: id })).toEqual([])
    }
    const eve = { owner: 'eve' }
    expect(await keyring.get(record.id, eve)).toBeNull()
    expect(await keyring.revoke(record.id, eve)).toBeNull()
    expect(await keyring.disable(record.id, eve)).toBeNull()
    expect(await keyring.update(record.id, { name: 'mine' }, eve)).toBeNull()
    expect(await keyring.rotate(record.id, { graceSeconds: 0, ...eve })).toBeNull()
    expect(await keyring.usage({ id: record.id, ...eve }, { unit: 'day', count: 30 })).toBeNull()
    expect(await keyring.audit(record.id, eve)).toBeNull()
    expect(await keyring.list(eve)).toEqual([])
    expect((await keyring.verify(key)).ok).toBe(true)
  })

  it.each([
    ['in the same process', false],
    ['in another process, if the store reports changes', true],
  ])(
    'are not undone by a look-up under way, %s: it cannot put the key back into the cache',
    async (_name, isOtherProcess) => {
      const store = createMemoryStore()
      const answers: (() => void)[] = []
      const slow: KeyStore = {
        ...store,
        async findByHash(hash) {
          const found = await store.findByHash(hash)
          await new Promise<void>((resolve) => answers.push(resolve))
          return found
        },
      }
      const { keyring, make, calls } = setUp({ store: slow, cache: { seconds: 3600 } })
      const { key, record } = await make()
      if (isOtherProcess) await keyring.listen()
      // The look-up has read the key as it was, and has not returned yet …
      const early = keyring.verify(key)
      await vi.waitFor(() => expect(answers).toHaveLength(1))
      // … while the key is revoked.
      await (isOtherProcess ? setUp({ store }).keyring : keyring).revoke(record.id)
      answers[0]?.()
      await early
      const late = keyring.verify(key)
      await vi.waitFor(() => expect(answers).toHaveLength(2))
      answers[1]?.()
      expect(await late).toMatchObject({ ok: false, denial: { code: 'key_revoked' } })
      expect(calls.filter((name) => name === 'findByHash')).toHaveLength(2)
    },
  )
})

describe('rotate', () => {
  it('accepts both keys until the grace ends', async () => {
    const { keyring, make, advance } = setUp({ cache: { seconds: 3600 } })
    const { key: old, record } = await make({ scopes: ['a'] })
    const rotated = await keyring.rotate(record.id, { graceSeconds: 60 })
    expect(rotated!.record).toMatchObject({
      id: record.id,
      scopes: ['a'],
      graceEndsAt: new Date(start.getTime() + 60_000),
    })
    expect(rotated!.record.start).not.toBe(record.start)
    expect(await keyring.verify(old)).toMatchObject({ ok: true, isCurrent: false })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true, isCurrent: true })
    advance(60)
    expect(await keyring.verify(old)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true })
  })

  it('ends the old key at once with a grace of 0', async () => {
    const { keyring, make } = setUp({ cache: { seconds: 3600 } })
    const { key: old, record } = await make()
    await keyring.verify(old)
    const rotated = await keyring.rotate(record.id, { graceSeconds: 0 })
    expect(rotated!.record.graceEndsAt).toBeNull()
    expect(await keyring.verify(old)).toMatchObject({ denial: { status: 401, code: 'key_expired' } })
    expect((await keyring.verify(rotated!.key)).ok).toBe(true)
  })

  it('keeps one old key, and does not extend it beyond the expiry', async () => {
    const { keyring, make, advance } = setUp({ cache: { seconds: 3600 } })
    const expiresAt = new Date(start.getTime() + 100_000)
    const { key: first, record } = await make({ expiresAt })
    const second = await keyring.rotate(record.id, { graceSeconds: 10 })
    expect((await keyring.verify(first)).ok).toBe(true)
    const third = await keyring.rotate(record.id, { graceSeconds: 1000 })
    expect(await keyring.verify(first)).toMatchObject({ denial: { code: 'invalid_key' } })
    expect(third!.record).toMatchObject({ expiresAt, graceEndsAt: expiresAt })
    advance(10)
    expect((await keyring.verify(second!.key)).ok).toBe(true)
    advance(90)
    expect(await keyring.verify(second!.key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.verify(third!.key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.rotate(record.id, { graceSeconds: 10 })).toBeNull()
  })

  it('ends the grace of a rotation at once, also in the cache, and for the owner only', async () => {
    const { keyring, make } = setUp({ cache: { seconds: 3600 } })
    const { key: old, record } = await make()
    const rotated = await keyring.rotate(record.id, { graceSeconds: 3600 })
    expect(await keyring.verify(old)).toMatchObject({ ok: true, isCurrent: false })
    expect(await keyring.endGrace(record.id, { owner: 'eve' })).toBeNull()
    expect((await keyring.verify(old)).ok).toBe(true)
    expect(await keyring.endGrace(record.id, { owner: 'ada' })).toMatchObject({ graceEndsAt: null })
    expect(await keyring.verify(old)).toMatchObject({ denial: { status: 401, code: 'key_expired' } })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true, isCurrent: true })
    const [entry] = (await keyring.audit(record.id)) ?? []
    expect(entry).toMatchObject({ action: 'updated', actor: 'ada', changes: { graceEndsAt: { to: null } } })
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 4e8])('rejects a grace of %d seconds', async (graceSeconds) => {
    const { keyring, make } = setUp()
    const { record } = await make()
    await expect(keyring.rotate(record.id, { graceSeconds })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
  })
})
