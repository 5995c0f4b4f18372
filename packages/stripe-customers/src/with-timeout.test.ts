import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { withTimeout } from './with-timeout.ts'

const never = new Promise<never>(() => {})

describe('withTimeout', () => {
  it('returns the result of the work, or passes its error on', async () => {
    expect(await withTimeout(Promise.resolve('done'), { timeoutMs: 60_000 })).toBe('done')
    const failed = new Error('failed')
    await expect(withTimeout(Promise.reject(failed), { timeoutMs: 60_000 })).rejects.toBe(failed)
  })

  it('rejects when the time is over', async () => {
    await expect(withTimeout(never, { timeoutMs: 1 })).rejects.toThrow('No complete response within 1 ms')
  })

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController()
    const result = withTimeout(never, { signal: controller.signal })
    controller.abort('stopped')
    await expect(result).rejects.toBe('stopped')
  })

  it('rejects at once if the signal has aborted before', async () => {
    await expect(withTimeout(never, { signal: AbortSignal.abort('stopped') })).rejects.toBe('stopped')
  })

  it('leaves no listener on a signal that outlives the call', async () => {
    const { signal } = new AbortController()
    const result = withTimeout(Promise.resolve('done'), { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await result
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
