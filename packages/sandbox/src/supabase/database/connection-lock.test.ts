import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createConnectionLock } from './connection-lock.ts'

it('gives the connection to one caller at a time, in the order of arrival', async () => {
  const lock = createConnectionLock()
  const events: string[] = []
  await Promise.all(
    [1, 2, 3].map((id) =>
      lock.hold(async () => {
        events.push(`${id} in`)
        await nextTurn()
        events.push(`${id} out`)
      }),
    ),
  )
  expect(events).toEqual(['1 in', '1 out', '2 in', '2 out', '3 in', '3 out'])
})

it('gives a request the connection again while it holds it, and other callers only afterwards', async () => {
  const lock = createConnectionLock()
  const events: string[] = []
  const request = lock.runRequest(() =>
    lock.hold(async () => {
      await nextTurn()
      await lock.hold(async () => events.push('nested'))
      await nextTurn()
      events.push('outer')
    }),
  )
  const other = lock.runRequest(() => lock.hold(async () => events.push('other')))
  await Promise.all([request, other])
  expect(events).toEqual(['nested', 'outer', 'other'])
})

it('makes one request wait for another', async () => {
  const lock = createConnectionLock()
  const release = await lock.runRequest(() => lock.acquire())
  let isIn = false
  const other = lock.runRequest(() => lock.hold(async () => (isIn = true)))
  await nextTurn()
  expect(isIn).toBe(false)
  release()
  await other
  expect(isIn).toBe(true)
})

it('releases the connection when the work fails', async () => {
  const lock = createConnectionLock()
  await expect(lock.hold(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await expect(lock.hold(async () => 'next')).resolves.toBe('next')
})

it('ignores a second release', async () => {
  const lock = createConnectionLock()
  const releaseFirst = await lock.acquire()
  const second = lock.acquire()
  releaseFirst()
  releaseFirst()
  const releaseSecond = await second
  let isThirdIn = false
  const third = lock.hold(async () => (isThirdIn = true))
  await nextTurn()
  expect(isThirdIn).toBe(false)
  releaseSecond()
  await third
})
