import { expect, it } from 'vitest'
import { barName, countText, shareText, tickIndexes, tickText } from './usage-text.ts'

const startsAt = new Date('2026-11-23T14:00:00Z')

it('describes a bar in UTC', () => {
  expect(barName({ startsAt, allowed: 1234, refused: 1 }, 'hour')).toBe('Nov 23, 14:00 UTC: 1,234 allowed, 1 refused')
  expect(barName({ startsAt, allowed: 0, refused: 0 }, 'day')).toBe('Nov 23: no requests')
})

it('formats midnight as 00:00', () => {
  expect(tickText(new Date('2026-11-23T00:00:00Z'), 'hour')).toBe('00:00')
})

it('shortens the labels of the axis', () => {
  expect([0, 500, 1000, 1500, 20_000, 3_000_000].map((count) => countText(count, 'short'))).toEqual([
    '0',
    '500',
    '1K',
    '1.5K',
    '20K',
    '3M',
  ])
})

it.each([
  [0, 0, '0%'],
  [0, 10, '0%'],
  [1, 8, '12.5%'],
  [1, 100_000, 'under 0.1%'],
  [99_999, 100_000, 'over 99.9%'],
  [5, 5, '100%'],
])('formats %i of %i as %s', (part, whole, text) => {
  expect(shareText(part, whole)).toBe(text)
})

it('labels every sixth hour or every seventh day, and the last', () => {
  expect(tickIndexes({ unit: 'hour', count: 24 })).toEqual([0, 6, 12, 18, 23])
  expect(tickIndexes({ unit: 'day', count: 30 })).toEqual([0, 7, 14, 21, 29])
  expect(tickIndexes({ unit: 'day', count: 1 })).toEqual([0])
})
