import type { UsageBucket } from 'routekey'

/** The range of a chart: a number of hours or days in UTC, the current one last. */
export interface UsageRange {
  readonly unit: 'hour' | 'day'
  readonly count: number
}

/** The last 24 hours, in hours. */
export const lastDay: UsageRange = { unit: 'hour', count: 24 }

/** The last 30 days, in days. */
export const lastMonth: UsageRange = { unit: 'day', count: 30 }

/** The number of hours, including the current one, that covers {@link lastMonth} at any time of the day. */
export const hoursKept = lastMonth.count * 24

const unitMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Returns the start of the first hour or day of a range in UTC. */
export function rangeStart({ unit, count }: UsageRange, now: Date): Date {
  return new Date((Math.floor(now.getTime() / unitMs[unit]) - (count - 1)) * unitMs[unit])
}

/**
 * Turns hours of usage into the bars of a range, one for each hour or day. It fills gaps with zero, ignores hours outside of
 * the range, and sums the hours of a day.
 *
 * @param hours in any order, gaps allowed
 */
export function usageBars(hours: readonly UsageBucket[], range: UsageRange, now: Date): UsageBucket[] {
  const start = rangeStart(range, now).getTime()
  const length = unitMs[range.unit]
  const bars = Array.from({ length: range.count }, (_, index) => ({
    startsAt: new Date(start + index * length),
    allowed: 0,
    refused: 0,
  }))
  for (const { startsAt, allowed, refused } of hours) {
    const bar = bars[Math.floor((startsAt.getTime() - start) / length)]
    if (bar === undefined) continue
    bar.allowed += allowed
    bar.refused += refused
  }
  return bars
}

/** Returns the sum of all bars. */
export function usageTotal(bars: readonly UsageBucket[]): { allowed: number; refused: number } {
  return bars.reduce((total, bar) => ({ allowed: total.allowed + bar.allowed, refused: total.refused + bar.refused }), {
    allowed: 0,
    refused: 0,
  })
}

/**
 * Returns the end of an axis for values up to `value`: a round number whose half is whole, so that the middle can be labelled.
 *
 * @returns at least 2
 */
export function axisMaximum(value: number): number {
  const magnitude = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(value, 1))) - 1)
  const steps = [2, 4, 6, 8, 10].map((step) => step * magnitude)
  return steps.find((step) => step >= value) ?? 10 * magnitude
}

/** The place of one part of a bar, in pixels from the top. */
export interface Segment {
  readonly y: number
  readonly height: number
}

// If it were lower, a single request among thousands would be invisible.
const leastHeight = 2
const gap = 1

/**
 * Stacks the refused requests of a bar on the allowed ones. Each part that is not zero is at least 2 pixels high.
 *
 * @param scale.maximum the value at the top
 * @param scale.height of the chart, in pixels
 * @returns null for a part that is zero
 */
export function stackBar(
  { allowed, refused }: Pick<UsageBucket, 'allowed' | 'refused'>,
  { maximum, height }: { maximum: number; height: number },
): { allowed: Segment | null; refused: Segment | null } {
  const heightOf = (count: number) => Math.max(leastHeight, (count / maximum) * height)
  const whole = heightOf(allowed + refused)
  if (refused === 0) return { allowed: allowed === 0 ? null : { y: height - whole, height: whole }, refused: null }
  if (allowed === 0) return { allowed: null, refused: { y: height - whole, height: whole } }

  // The larger part shrinks to leave room for the minimum height of the smaller one and for the gap.
  const smaller = heightOf(Math.min(allowed, refused))
  const larger = Math.max(leastHeight, whole - gap - smaller)
  const [below, above] = allowed < refused ? [smaller, larger] : [larger, smaller]
  return {
    allowed: { y: height - below, height: below },
    refused: { y: height - below - gap - above, height: above },
  }
}
