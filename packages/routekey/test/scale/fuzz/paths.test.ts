import { expect, it } from 'vitest'

import { normalizePath } from '../../../src/adapters/next-proxy/normalize-path.ts'
import { costRatio, startMeasuring } from './cost.ts'

const rounds = 7
const growth = 8
const shortLength = 12_000
// Processor time is counted in steps of a few milliseconds.
const minimumMicroseconds = 20_000

function measureCost(path: string): number {
  const used = startMeasuring()
  let count = 0
  for (; used(1) < minimumMicroseconds; count += 1) normalizePath(path)
  return used(count)
}

// For a path that is `growth` times as long, linear work costs `growth` times as much, and quadratic work `growth` squared.
it.each<[string, (length: number) => string]>([
  ['one escape that is escaped many times', (length) => `/%${'25'.repeat(length / 2)}41`],
  ['percent signs', (length) => `/${'%'.repeat(length)}`],
  ['broken escapes', (length) => `/${'%2'.repeat(length / 2)}`],
  ['escapes whose digits are escaped', (length) => `/${'%%32%35'.repeat(length / 7)}41`],
  ['parent segments', (length) => `/${'../'.repeat(length / 3)}`],
  ['slashes', (length) => '/'.repeat(length)],
])('normalizes a path of %s in linear time', (_case, makePath) => {
  const [short, long] = [makePath(shortLength), makePath(shortLength * growth)]
  const costs: Record<'short' | 'long', number[]> = { short: [], long: [] }
  for (let round = 0; round < rounds; round += 1) {
    costs.short.push(measureCost(short))
    costs.long.push(measureCost(long))
  }
  expect(costRatio(costs.long, costs.short)).toBeLessThan((growth + growth ** 2) / 2)
})
