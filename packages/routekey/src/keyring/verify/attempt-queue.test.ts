import { describe, expect, it } from 'vitest'

import { callerIp, guess, setUp } from '../../../test/keyring-fixture.ts'
import type { KeyStore } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { limitInvalidAttempts } from './invalid-attempts.ts'

const ip = '192.0.2.1'
const options = { callerIp, invalidAttempts: limitInvalidAttempts({ quota: 20, windowSeconds: 60 }) }

/** A store that takes a turn of the event loop for each look-up, and counts them. */
function countingStore() {
  const store = createMemoryStore()
  const seen = { lookUps: 0, atOnce: 0, most: 0 }
  const slow: KeyStore = {
    ...store,
    async findByHash(hash) {
      seen.lookUps += 1
      seen.atOnce += 1
      seen.most = Math.max(seen.most, seen.atOnce)
      await new Promise((resolve) => setTimeout(resolve, 1))
      seen.atOnce -= 1
      return store.findByHash(hash)
    },
  }
  return { store: slow, seen }
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

const countCodes = (results: readonly { ok: boolean; denial?: { code: string } }[]) => {
  const codes: Record<string, number> = {}
  for (const { denial } of results) codes[denial?.code ?? 'ok'] = (codes[denial?.code ?? 'ok'] ?? 0) + 1
  return codes
}

describe('keys that one address sends at once', () => {
  it('cannot pass the quota of invalid ones: only so many are looked up', async () => {
    const { store, seen } = countingStore()
    const { keyring } = setUp({ ...options, store })
    const results = await times(500, () => keyring.verify(guess(), { ip }))
    expect(countCodes(results)).toEqual({ invalid_key: 20, too_many_invalid: 480 })
    expect(seen.lookUps).toBe(20)
  })

  it('cannot pass the quota when some are malformed', async () => {
    const { store } = countingStore()
    const { keyring } = setUp({ ...options, store })
    const results = await times(100, (index) => keyring.verify(index % 2 === 0 ? guess() : 'x', { ip }))
    expect(countCodes(results)).toEqual({ invalid_key: 20, too_many_invalid: 80 })
  })

  it('are not looked up more often for the networks of one site', async () => {
    const { store, seen } = countingStore()
    const { keyring } = setUp({ ...options, store })
    await times(500, (index) => keyring.verify(guess(), { ip: `2001:db8::${index.toString(16)}` }))
    expect(seen.lookUps).toBe(20)
  })

  it('count as invalid also when they are found but revoked', async () => {
    const { store, seen } = countingStore()
    const { keyring, make } = setUp({ ...options, store })
    const { key, record } = await make()
    await keyring.revoke(record.id)
    const results = await times(100, () => keyring.verify(key, { ip }))
    expect(countCodes(results)).toEqual({ key_revoked: 20, too_many_invalid: 80 })
    expect(seen.lookUps).toBe(20)
  })

  it('all pass if they are valid, however many, and wait for each other', async () => {
    const { store, seen } = countingStore()
    const { keyring, make } = setUp({ ...options, store })
    const { key } = await make()
    expect(countCodes(await times(500, () => keyring.verify(key, { ip })))).toEqual({ ok: 500 })
    expect(seen).toMatchObject({ lookUps: 500, most: 20 })
    expect(countCodes(await times(500, () => keyring.verify(key)))).toEqual({ ok: 500 })
    expect(seen.most).toBe(500)
  })

  it('never pass the quota in a mixture of valid and invalid ones', async () => {
    const { store } = countingStore()
    const { keyring, make } = setUp({ ...options, store })
    const { key } = await make()
    const codes = countCodes(await times(400, (index) => keyring.verify(index % 4 === 0 ? guess() : key, { ip })))
    expect(codes['invalid_key']).toBe(20)
    expect(codes['ok']).toBeGreaterThan(0)
    expect(codes['too_many_invalid']).toBe(400 - 20 - codes['ok']!)
  })

  it('do not delay those of other addresses', async () => {
    const { store, seen } = countingStore()
    const { keyring } = setUp({ ...options, store })
    await times(40, (index) => keyring.verify(guess(), { ip: `192.0.2.${index}` }))
    expect(seen).toMatchObject({ lookUps: 40, most: 40 })
  })

  it('all answer 503 after one timeout when the store does not answer, and then work again', async () => {
    const store = createMemoryStore()
    let isDown = true
    let lookUps = 0
    const hanging: KeyStore = {
      ...store,
      findByHash: (hash) => {
        lookUps += 1
        return isDown ? new Promise(() => {}) : store.findByHash(hash)
      },
    }
    const { keyring, make } = setUp({ ...options, store: hanging, timeoutMs: 30 })
    const { key } = await make()
    expect(countCodes(await times(200, () => keyring.verify(key, { ip })))).toEqual({ store_unavailable: 200 })
    expect(lookUps).toBe(20)
    isDown = false
    expect(await keyring.verify(key, { ip })).toMatchObject({ ok: true })
  })
})
