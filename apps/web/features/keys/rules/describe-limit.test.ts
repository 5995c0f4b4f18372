import { expect, it } from 'vitest'
import { describeLimit } from './describe-limit.ts'

it.each([
  [1000, 3600, '1,000 requests per hour'],
  [1, 60, '1 request per minute'],
  [50, 86_400, '50 requests per day'],
  [5, 900, '5 requests per 15 minutes'],
  [5, 90, '5 requests per 90 seconds'],
  [5, 604_800, '5 requests per 7 days'],
  [5, 0.5, '5 requests per 0.5 seconds'],
])('describes %i in %d seconds as %s', (quota, windowSeconds, text) => {
  expect(describeLimit({ quota, windowSeconds })).toBe(text)
})
