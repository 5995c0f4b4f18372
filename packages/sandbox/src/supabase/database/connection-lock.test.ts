import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { createConnectionLock } from './connection-lock.ts'

it('lets one in at a time, in the order of arrival', async () => {
  const lock = createConnectionLock()
  const events: string[] = []
  await Promise.all(
    [1, 2, 3].map((id) =>
      lock.hold(async () => {
        events.push(`${id} in`)
        await sleep(5)
        events.push(`${id} out`)
      }),
    ),
  )
  expect(events).toEqual(['1 in', '1 out', '2 in', '2 out', '3 in', '3 out'])
})

it('lets a request in again while it holds the connection, and nobody else until it is done', async () => {
  const lock = createConnectionLock()
  const events: string[] = []
  const request = lock.runRequest(() =>
    lock.hold(async () => {
      await sleep(5)
      await lock.hold(async () => events.push('nested'))
      await sleep(5)
      events.push('outer')
    }),
  )
  const other = lock.runRequest(() => lock.hold(async () => events.push('other')))
  await Promise.all([request, other])
  expect(events).toEqual(['nested', 'outer', 'other'])
})

it('makes one request wait for another', async () => {
  const lock = createConnectionLock()
  const giveBack = await lock.runRequest(() => lock.acquire())
  let isIn = false
  const other = lock.runRequest(() => lock.hold(async () => (isIn = true)))
  await sleep(5)
  expect(isIn).toBe(false)
  giveBack()
  await other
  expect(isIn).toBe(true)
})

it('gives the connection back when the work fails', async () => {
  const lock = createConnectionLock()
  await expect(lock.hold(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await expect(lock.hold(async () => 'next')).resolves.toBe('next')
})

it('ignores that the connection is given back twice', async () => {
  const lock = createConnectionLock()
  const giveBack = await lock.acquire()
  const second = lock.acquire()
  giveBack()
  giveBack()
  const giveBackSecond = await second
  let isThirdIn = false
  const third = lock.hold(async () => (isThirdIn = true))
  await sleep(5)
  expect(isThirdIn).toBe(false)
  giveBackSecond()
  await third
})
