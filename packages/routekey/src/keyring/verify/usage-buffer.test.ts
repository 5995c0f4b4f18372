import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { type KeyStore, type KeyringOptions, type UsageBatch, createKeyring } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'

/** A bound that no machine reaches, however slow. */
const patiently = { timeout: 60_000 }

const start = new Date('2026-03-01T12:59:59.000Z')
const hour = (text: string) => new Date(`2026-03-01T${text}:00:00.000Z`)

const fail = (message: string) => () => {
  throw new Error(message)
}

beforeEach(() => {
  vi.useFakeTimers({ now: start })
})
afterEach(() => {
  vi.useRealTimers()
})

async function setUp(
  options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {},
  overrides: Partial<KeyStore> = {},
) {
  const store = { ...createMemoryStore(), ...overrides }
  const recordUsage = vi.fn<KeyStore['recordUsage']>(store.recordUsage)
  const logger = { error: vi.fn<(message: string) => void>() }
  const keyring = createKeyring({ prefix: 'acme', logger, ...options, store: { ...store, recordUsage } })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
  const use = async (times: number) => {
    for (let time = 0; time < times; time += 1) await keyring.verify(key)
  }
  return { keyring, key, id: record.id, recordUsage, logger, use }
}

describe('usage', () => {
  it('is written in one batch after a time, with one entry for each key and hour', async () => {
    const { use, recordUsage, keyring, key, id } = await setUp()
    await use(3)
    await keyring.verify(key, { scopes: ['admin'] })
    vi.setSystemTime(hour('13'))
    await use(1)
    expect(recordUsage).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(recordUsage.mock.calls).toEqual([
      [
        {
          writer: expect.stringMatching(/^[0-9a-f-]{36}$/),
          number: 1,
          entries: [
            { id, hour: hour('12'), allowed: 3, refused: 1, lastUsedAt: start },
            { id, hour: hour('13'), allowed: 1, refused: 0, lastUsedAt: hour('13') },
          ],
        },
      ],
    ])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(recordUsage).toHaveBeenCalledOnce()
  })

  it('is written after a number of requests, without waiting for the time', async () => {
    const { use, recordUsage } = await setUp({ usage: { flushCount: 5 } })
    await use(4)
    expect(recordUsage).not.toHaveBeenCalled()
    await use(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(recordUsage).toHaveBeenCalledOnce()
  })

  it('is written when the keyring is closed, as at the end of a process', async () => {
    const { use, recordUsage, keyring } = await setUp()
    await use(2)
    await keyring.close()
    expect(recordUsage).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is written after the response with the after option, once for many requests', async () => {
    const later: (() => Promise<void>)[] = []
    const { use, recordUsage } = await setUp({ usage: { after: (work) => void later.push(work) } })
    await use(3)
    expect(later).toHaveLength(1)
    expect(recordUsage).not.toHaveBeenCalled()
    await later[0]?.()
    expect(recordUsage.mock.calls[0]![0]).toMatchObject({ entries: [{ allowed: 3 }] })
    await use(1)
    expect(later).toHaveLength(2)
  })

  it('is written under waitUntil before the process stops, and no request waits for it', async () => {
    const kept: Promise<unknown>[] = []
    const written: (() => void)[] = []
    const slow: KeyStore['recordUsage'] = () => new Promise((resolve) => void written.push(resolve))
    const waitUntil = (work: Promise<unknown>) => void kept.push(work)
    const options = { usage: { after: (work: () => Promise<void>) => waitUntil(work()) } }
    const { use, recordUsage, keyring } = await setUp(options, { recordUsage: slow })
    await use(2)
    await vi.waitFor(() => expect(written).toHaveLength(1), patiently)
    written[0]?.()
    await vi.waitFor(() => expect(written).toHaveLength(2), patiently)
    written[1]?.()
    await Promise.all(kept)
    expect(recordUsage.mock.calls.flat()).toMatchObject([
      { number: 1, entries: [{ allowed: 1 }] },
      { number: 2, entries: [{ allowed: 1 }] },
    ])
    await keyring.close()
  })

  it('is written at once if after throws, as in the Pages Router, and nothing is logged', async () => {
    const { use, recordUsage, logger } = await setUp({ usage: { after: fail('outside of a request scope') } })
    await use(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(recordUsage).toHaveBeenCalledOnce()
    await use(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(recordUsage).toHaveBeenCalledTimes(2)
    expect(logger.error).not.toHaveBeenCalled()
  })

  it('is written by one call after a slow one, however many requests came meanwhile', async () => {
    const finish: (() => void)[] = []
    const slow: KeyStore['recordUsage'] = () => new Promise((resolve) => void finish.push(resolve))
    const { use, recordUsage } = await setUp({ usage: { after: fail('no request') } }, { recordUsage: slow })
    await use(1)
    await vi.advanceTimersByTimeAsync(0)
    await use(5)
    finish[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(recordUsage.mock.calls.map(([batch]) => batch.entries[0]?.allowed)).toEqual([1, 5])
  })

  it('is kept while the store fails, and written when it works again', async () => {
    let isDown = true
    const memory = createMemoryStore()
    const recordUsage = async (batch: UsageBatch) => {
      if (isDown) throw new Error('down')
      await memory.recordUsage(batch)
    }
    const { use, keyring, id, logger } = await setUp({}, { ...memory, recordUsage })
    await use(2)
    await keyring.flush()
    await use(1)
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('down'))
    isDown = false
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await keyring.usage({ id }, { unit: 'day', count: 1 }))![0]).toMatchObject({ allowed: 3 })
  })

  it('is counted once when writes take effect although their responses are lost or late', async () => {
    const memory = createMemoryStore()
    const sent: UsageBatch[] = []
    const recordUsage = async (batch: UsageBatch) => {
      sent.push(batch)
      // The first takes effect after its timeout, the second before its response is lost.
      if (sent.length === 1) await new Promise((resolve) => setTimeout(resolve, 11_000))
      await memory.recordUsage(batch)
      if (sent.length === 2) throw new Error('connection lost')
    }
    const { use, keyring, id } = await setUp({ timeoutMs: 2000 }, { ...memory, recordUsage })
    await use(20)
    await vi.advanceTimersByTimeAsync(10_000)
    await use(3)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent.map(({ number }) => number)).toEqual([1, 1, 1, 2])
    expect(new Set(sent.map(({ writer }) => writer)).size).toBe(1)
    expect(await keyring.usage({ id }, { unit: 'day', count: 1 })).toMatchObject([{ allowed: 23, refused: 0 }])
  })

  it('does not count a request that the limiter could not judge', async () => {
    const limiter = { consume: fail('down'), reward: async () => {} }
    const { keyring, id } = await setUp({ limiter })
    const limits = [{ name: 'minute', quota: 10, windowSeconds: 60 }]
    const { key, record } = await keyring.create({ owner: 'ada', name: 'limited', limits })
    expect(await keyring.verify(key)).toMatchObject({ ok: false, denial: { status: 503 } })
    expect(await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })).toMatchObject([
      { allowed: 0, refused: 0 },
    ])
    expect(id).not.toBe(record.id)
  })

  it('never makes a request wait: a hanging write neither blocks nor accumulates', async () => {
    const hang = vi.fn<KeyStore['recordUsage']>(() => new Promise(() => {}))
    const { use, keyring } = await setUp({ usage: { flushCount: 1 }, timeoutMs: 100 }, { recordUsage: hang })
    await use(50)
    expect(hang.mock.calls.length).toBeLessThanOrEqual(1)
    await vi.advanceTimersByTimeAsync(100)
    const flushed = keyring.flush()
    await vi.advanceTimersByTimeAsync(10_000)
    await flushed
    expect(hang.mock.calls.length).toBeGreaterThan(1)
  })

  it('has at most maximumEntries: further counts are lost, and the log says so once', async () => {
    const { keyring, key, logger } = await setUp({ usage: { maximumEntries: 1 } }, { recordUsage: fail('down') })
    await keyring.verify(key)
    for (const name of ['a', 'b']) {
      const other = await keyring.create({ owner: 'ada', name })
      await keyring.verify(other.key)
    }
    expect(logger.error.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining('counts are lost')])
  })

  it('is not counted with usage: false', async () => {
    const { use, recordUsage, keyring } = await setUp({ usage: false })
    await use(3)
    await keyring.close()
    expect(recordUsage).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('returns one bucket for each hour or day, the current one last, buffered counts included', async () => {
    const { use, keyring, id } = await setUp()
    await use(2)
    vi.setSystemTime(hour('14'))
    await use(1)
    const hours = await keyring.usage({ id }, { unit: 'hour', count: 24 })
    expect(hours).toHaveLength(24)
    expect(hours!.slice(-3)).toEqual([
      { startsAt: hour('12'), allowed: 2, refused: 0 },
      { startsAt: hour('13'), allowed: 0, refused: 0 },
      { startsAt: hour('14'), allowed: 1, refused: 0 },
    ])
    const days = await keyring.usage({ id }, { unit: 'day', count: 30 })
    expect(days).toHaveLength(30)
    expect(days!.at(-1)).toEqual({ startsAt: hour('00'), allowed: 3, refused: 0 })
    expect(days![0]!.startsAt).toEqual(new Date('2026-01-31T00:00:00.000Z'))
    expect(await keyring.get(id)).toMatchObject({ lastUsedAt: hour('14') })
  })
})
