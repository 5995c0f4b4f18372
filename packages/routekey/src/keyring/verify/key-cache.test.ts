import { describe, expect, it } from 'vitest'

import { type KeyStore } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { setUp, start } from '../../../test/keyring-fixture.ts'

describe('the cache', () => {
  it('accepts a key that another process revoked until its seconds are over', async () => {
    const store = createMemoryStore()
    const [here, elsewhere] = [setUp({ store, cache: { seconds: 5 } }), setUp({ store })]
    const { key, record } = await here.make()
    await here.keyring.verify(key)
    await elsewhere.keyring.revoke(record.id)
    here.advance(4.999)
    expect((await here.keyring.verify(key)).ok).toBe(true)
    here.advance(0.001)
    expect((await here.keyring.verify(key)).ok).toBe(false)
  })

  it('refuses a key at once after another process revokes it, if the store reports changes', async () => {
    const store = createMemoryStore()
    const [here, elsewhere] = [setUp({ store, cache: { seconds: 3600 } }), setUp({ store })]
    const { key, record } = await here.make()
    await here.keyring.listen()
    await here.keyring.verify(key)
    await elsewhere.keyring.revoke(record.id)
    expect((await here.keyring.verify(key)).ok).toBe(false)
    await here.keyring.close()
  })

  it('cannot listen without a cache, or if the store does not report changes', async () => {
    await expect(setUp().keyring.listen()).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
    const { subscribe, ...silent } = createMemoryStore()
    expect(subscribe).toBeTypeOf('function')
    await expect(setUp({ store: silent, cache: { seconds: 1 } }).keyring.listen()).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEYRING',
    })
  })

  it('can listen again after a failure', async () => {
    const store = createMemoryStore()
    let isDown = true
    const flaky: KeyStore = {
      ...store,
      subscribe: (onChange) => (isDown ? Promise.reject(new Error('down')) : store.subscribe!(onChange)),
    }
    const { keyring, make } = setUp({ store: flaky, cache: { seconds: 3600 } })
    await expect(keyring.listen()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    isDown = false
    await Promise.all([keyring.listen(), keyring.listen()])
    const { key, record } = await make()
    await keyring.verify(key)
    await setUp({ store }).keyring.revoke(record.id)
    expect((await keyring.verify(key)).ok).toBe(false)
    await keyring.close()
  })

  it('does not outlive the expiry of a key, or a clock that is set back', async () => {
    const { keyring, make, advance, calls } = setUp({ cache: { seconds: 3600 } })
    const { key } = await make({ expiresAt: new Date(start.getTime() + 1000) })
    await keyring.verify(key)
    advance(1)
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'key_expired' } })
    advance(-10)
    calls.length = 0
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  it('keeps at most maximumEntries, and drops the entry that was used least recently', async () => {
    const { keyring, make, calls } = setUp({ cache: { seconds: 3600, maximumEntries: 2 } })
    const [{ key: a }, { key: b }, { key: c }] = [await make(), await make(), await make()]
    for (const key of [a, b, a, c]) await keyring.verify(key)
    calls.length = 0
    await keyring.verify(a)
    await keyring.verify(c)
    expect(calls).toEqual([])
    await keyring.verify(b)
    expect(calls).toEqual(['findByHash'])
  })
})
