import { expect, it } from 'vitest'
import { holdAnswer } from './hold-answer.ts'

/** Returns after how many milliseconds an answer is given if the work takes `workMs`. */
async function timeOf(workMs: number): Promise<number> {
  let nowMs = 1_000_000
  const answer = holdAnswer({
    clock: () => new Date(nowMs),
    sleep: async (ms) => {
      nowMs += ms
    },
  })
  nowMs += workMs
  await answer.wait()
  return nowMs - 1_000_000
}

it.each([0, 1, 52, 356, 499])('answers after 500 ms if the work takes %d ms', async (workMs) => {
  expect(await timeOf(workMs)).toBe(500)
})

it.each([
  [500, 1000],
  [620, 1000],
  [4999, 5000],
])('answers at the next step if the work takes %d ms', async (workMs, answerMs) => {
  expect(await timeOf(workMs)).toBe(answerMs)
})

it('waits for one step if the clock was set back', async () => {
  expect(await timeOf(-5000)).toBe(-4500)
})
