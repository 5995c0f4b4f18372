import { expect, it } from 'vitest'

import { createMemoryReplayStore } from './replay-store.ts'

const at = (seconds: number) => new Date(seconds * 1000)

function makeStore(maxAttempts = 1000) {
  let now = 0
  const store = createMemoryReplayStore({ maxAttempts, clock: () => at(now) })
  return { ...store, setNow: (seconds: number) => (now = seconds) }
}

it('remembers an attempt until it expires, and no other attempt', () => {
  const store = makeStore()
  expect(store.remember('a', at(10))).toBe(true)
  expect(store.remember('a', at(10))).toBe(false)
  expect(store.remember('b', at(10))).toBe(true)
  store.setNow(9.999)
  expect(store.remember('a', at(10))).toBe(false)
  store.setNow(10)
  expect(store.remember('a', at(20))).toBe(true)
  expect(store.remember('a', at(20))).toBe(false)
})

it('throws if it is full, and accepts new attempts after the first have expired', () => {
  const store = makeStore(2)
  expect(store.remember('late', at(20))).toBe(true)
  expect(store.remember('early', at(10))).toBe(true)
  expect(() => store.remember('c', at(30))).toThrow(expect.objectContaining({ code: 'ERR_WEBHOOK_REPLAYS' }))
  expect(store.remember('early', at(10))).toBe(false)
  store.setNow(10)
  expect(store.remember('c', at(30))).toBe(true)
  expect(store.remember('late', at(20))).toBe(false)
  expect(() => store.remember('d', at(30))).toThrow('holds 2 attempts')
})

it('drops expired attempts, so that it never gets full if the rate is low enough', () => {
  const store = makeStore(100)
  let taken = 0
  for (let second = 0; second < 5000; second += 1) {
    store.setNow(second)
    if (store.remember(`attempt ${second}`, at(second + 50))) taken += 1
  }
  expect(taken).toBe(5000)
})
