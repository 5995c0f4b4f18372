import { describe, expect, it, vi } from 'vitest'

import { type KeyStore, createKeyring } from '../../src/index.ts'
import { createPostgresStore, listenWithPg } from '../../src/stores/postgres.ts'
import { createStoreFromPostgres, useTestPostgres } from './open-clients.ts'

/** A bound that no machine reaches, however slow. */
const patiently = { timeout: 60_000 }

const { openListener, openPglite, openPool, openPostgres } = useTestPostgres()

describe('a change by another process', () => {
  const clients: [string, () => Promise<KeyStore>][] = [
    [
      'pg',
      async () => {
        const listener = await openListener()
        return createPostgresStore({ client: openPool(), listen: listenWithPg(listener) })
      },
    ],
    ['postgres', async () => createStoreFromPostgres(openPostgres())],
  ]

  it.each(clients)('reaches the cache through %s', async (_name, open) => {
    const here = createKeyring({ store: await open(), prefix: 'acme', cache: { seconds: 3600 } })
    const other = createKeyring({ store: createPostgresStore({ client: openPool() }), prefix: 'acme' })
    await here.listen()
    for (const end of [() => other.revokeAll({ owner: 'ada' }), () => other.deleteAll({ owner: 'ada' })]) {
      const { key } = await other.create({ owner: 'ada', name: 'CI' })
      expect((await here.verify(key)).ok).toBe(true)
      await end()
      await vi.waitFor(async () => expect((await here.verify(key)).ok).toBe(false), patiently)
    }
    const { key, record } = await other.create({ owner: 'ada', name: 'CI' })
    expect((await here.verify(key)).ok).toBe(true)
    await other.revoke(record.id)
    await vi.waitFor(async () => {
      expect(await here.verify(key)).toMatchObject({ ok: false, denial: { code: 'key_revoked' } })
    }, patiently)
    await here.close()
  })

  it('reaches the cache again after a lost connection of pg, and closing loses no counts', async () => {
    let listener = await openListener()
    const listen = vi.fn<ReturnType<typeof listenWithPg>>((...given) => listenWithPg(listener)(...given))
    const store = createPostgresStore({ client: openPool(), listen })
    const keyring = createKeyring({ store, prefix: 'acme', cache: { seconds: 3600 } })
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await keyring.listen()
    await keyring.verify(key)
    await listener.end()
    await keyring.close()
    expect(await store.readUsage({ id: record.id, unit: 'day', from: new Date(0) })).toMatchObject([{ allowed: 1 }])

    listener = await openListener()
    await keyring.listen()
    expect((await keyring.verify(key)).ok).toBe(true)
    await store.change({
      id: record.id,
      actor: null,
      at: new Date(),
      action: 'revoked',
      set: { revokedAt: new Date() },
    })
    await vi.waitFor(async () => expect((await keyring.verify(key)).ok).toBe(false), patiently)
    expect(listen).toHaveBeenCalledTimes(2)
    await keyring.close()
  })

  it('reaches a subscriber through PGlite until it unsubscribes', async () => {
    const client = await openPglite()
    const store = createPostgresStore({ client, listen: (channel, onPayload) => client.listen(channel, onPayload) })
    const onChange = vi.fn<(id: string | null) => void>()
    const end = await store.subscribe!(onChange)
    const keyring = createKeyring({ store, prefix: 'acme' })
    const { record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await keyring.disable(record.id)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith(record.id), patiently)
    onChange.mockClear()
    await end()
    await keyring.enable(record.id)
    expect(onChange).not.toHaveBeenCalled()
  })

  it('does not notify of use', async () => {
    const store = createStoreFromPostgres(openPostgres())
    const keyring = createKeyring({ store, prefix: 'acme' })
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    const onChange = vi.fn<(id: string | null) => void>()
    const end = await store.subscribe!(onChange)
    await keyring.verify(key)
    await keyring.flush()
    await keyring.revoke(record.id)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith(record.id), patiently)
    expect(onChange.mock.calls.filter(([id]) => id !== null)).toHaveLength(1)
    await end()
  })
})
