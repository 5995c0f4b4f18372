import { describe, expect, it } from 'vitest'
import {
  axisMaximum,
  hoursKept,
  lastDay,
  lastMonth,
  rangeStart,
  stackBar,
  usageBars,
  usageTotal,
} from './usage-bars.ts'

const now = new Date('2026-03-01T12:34:56.789Z')
const hour = (startsAt: string, allowed: number, refused = 0) => ({ startsAt: new Date(startsAt), allowed, refused })

describe('usageBars', () => {
  it('returns zero for each hour without usage, the current hour last', () => {
    const bars = usageBars([], lastDay, now)
    expect(bars).toHaveLength(24)
    expect(bars[0]).toEqual(hour('2026-02-28T13:00:00Z', 0))
    expect(bars.at(-1)).toEqual(hour('2026-03-01T12:00:00Z', 0))
  })

  it('sorts hours that come in any order', () => {
    const bars = usageBars([hour('2026-03-01T12:00:00Z', 3, 1), hour('2026-02-28T13:00:00Z', 2)], lastDay, now)
    expect([bars[0]!.allowed, bars[23]!.allowed, bars[23]!.refused]).toEqual([2, 3, 1])
  })

  it('sums the hours of each day in UTC', () => {
    const bars = usageBars(
      [hour('2026-02-28T23:00:00Z', 1), hour('2026-02-28T00:00:00Z', 10, 5), hour('2026-03-01T00:00:00Z', 100)],
      lastMonth,
      now,
    )
    expect(bars).toHaveLength(30)
    expect(bars[0]!.startsAt).toEqual(new Date('2026-01-31T00:00:00Z'))
    expect(bars.slice(-2)).toEqual([hour('2026-02-28T00:00:00Z', 11, 5), hour('2026-03-01T00:00:00Z', 100)])
  })

  it('ignores hours before and after the range', () => {
    const outside = [hour('2026-02-28T12:00:00Z', 7), hour('2026-03-01T13:00:00Z', 7)]
    expect(usageTotal(usageBars(outside, lastDay, now))).toEqual({ allowed: 0, refused: 0 })
  })

  it.each(['2026-03-01T00:00:00.000Z', '2026-03-01T23:59:59.999Z'])('covers all days with the hours at %s', (time) => {
    const instant = new Date(time)
    const firstHour = rangeStart({ unit: 'hour', count: hoursKept }, instant)
    expect(firstHour.getTime()).toBeLessThanOrEqual(rangeStart(lastMonth, instant).getTime())
  })
})

describe('axisMaximum', () => {
  it.each([
    [0, 2],
    [1, 2],
    [2, 2],
    [3, 4],
    [5, 6],
    [9, 10],
    [10, 10],
    [11, 20],
    [73, 80],
    [100, 100],
    [101, 200],
    [1000, 1000],
    [65_432, 80_000],
    [5_000_000_001, 6_000_000_000],
  ])('ends the axis for %i at %i', (value, maximum) => {
    expect(axisMaximum(value)).toBe(maximum)
  })
})

describe('stackBar', () => {
  const scale = { maximum: 100, height: 160 }

  it('draws nothing for zero', () => {
    expect(stackBar({ allowed: 0, refused: 0 }, scale)).toEqual({ allowed: null, refused: null })
  })

  it('starts at the axis and reaches the top at the maximum', () => {
    expect(stackBar({ allowed: 100, refused: 0 }, scale).allowed).toEqual({ y: 0, height: 160 })
    expect(stackBar({ allowed: 0, refused: 50 }, scale).refused).toEqual({ y: 80, height: 80 })
  })

  it('stacks refused on allowed requests with a gap between them', () => {
    const { allowed, refused } = stackBar({ allowed: 50, refused: 25 }, scale)
    expect(refused).toEqual({ y: 40, height: 40 })
    expect(allowed).toEqual({ y: 81, height: 79 })
    expect(stackBar({ allowed: 25, refused: 50 }, scale).refused).toEqual({ y: 40, height: 79 })
  })

  it.each([
    { allowed: 1, refused: 0 },
    { allowed: 0, refused: 1 },
  ])('shows a single request among thousands: $allowed allowed, $refused refused', (bar) => {
    const { allowed, refused } = stackBar(bar, { maximum: 100_000, height: 160 })
    expect(allowed ?? refused).toEqual({ y: 158, height: 2 })
  })

  it.each([
    { allowed: 1, refused: 99_999 },
    { allowed: 99_999, refused: 1 },
    { allowed: 1, refused: 1 },
  ])('shows the smaller part and stays within the chart: $allowed allowed, $refused refused', (bar) => {
    const { allowed, refused } = stackBar(bar, { maximum: 100_000, height: 160 })
    expect(Math.min(allowed!.height, refused!.height)).toBe(2)
    expect(refused!.y).toBeGreaterThanOrEqual(0)
    expect(refused!.y + refused!.height).toBe(allowed!.y - 1)
    expect(allowed!.y + allowed!.height).toBe(160)
  })
})
