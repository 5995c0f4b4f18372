import type { UsageBucket } from 'routekey'

/** What a chart of usage covers: so many hours or days, UTC, the present one last. */
export interface UsageRange {
  readonly unit: 'hour' | 'day'
  readonly count: number
}

/** The last 24 hours, by the hour. */
export const lastDay: UsageRange = { unit: 'hour', count: 24 }

/** The last 30 days, by the day. */
export const lastMonth: UsageRange = { unit: 'day', count: 30 }

/** How many hours, the present one included, cover {@link lastMonth} at any time of the day. */
export const hoursKept = lastMonth.count * 24

const unitMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Finds the start of the first hour or day of a range, UTC. */
export function rangeStart({ unit, count }: UsageRange, now: Date): Date {
  return new Date((Math.floor(now.getTime() / unitMs[unit]) - (count - 1)) * unitMs[unit])
}

/**
 * Turns hours of usage into the bars of a range: one for each hour or day, zero where nothing was used. Hours outside of the
 * range are left out; several of one day are added up.
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

/** Adds up bars. */
export function usageTotal(bars: readonly UsageBucket[]): { allowed: number; refused: number } {
  return bars.reduce((total, bar) => ({ allowed: total.allowed + bar.allowed, refused: total.refused + bar.refused }), {
    allowed: 0,
    refused: 0,
  })
}

/**
 * Finds where an axis ends that reaches a value: a round number whose half is whole, so that the middle can be labelled.
 *
 * @returns 2 at least
 */
export function axisMaximum(value: number): number {
  const magnitude = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(value, 1))) - 1)
  const steps = [2, 4, 6, 8, 10].map((step) => step * magnitude)
  return steps.find((step) => step >= value) ?? 10 * magnitude
}

/** Where one part of a bar is drawn, in pixels from the top. */
export interface Segment {
  readonly y: number
  readonly height: number
}

// Lower than this, a single request among thousands could not be seen.
const leastHeight = 2
const gap = 1

/**
 * Stacks the refused requests of a bar on the allowed ones. What is not zero is at least 2 pixels high.
 *
 * @param scale.maximum what reaches the top
 * @param scale.height of the whole chart, in pixels
 * @returns a null for what is zero
 */
export function stackBar(
  { allowed, refused }: Pick<UsageBucket, 'allowed' | 'refused'>,
  { maximum, height }: { maximum: number; height: number },
): { allowed: Segment | null; refused: Segment | null } {
  const heightOf = (count: number) => Math.max(leastHeight, (count / maximum) * height)
  const whole = heightOf(allowed + refused)
  if (refused === 0) return { allowed: allowed === 0 ? null : { y: height - whole, height: whole }, refused: null }
  if (allowed === 0) return { allowed: null, refused: { y: height - whole, height: whole } }

  // The larger part gives way, to the least height of the smaller one and to the gap.
  const smaller = heightOf(Math.min(allowed, refused))
  const larger = Math.max(leastHeight, whole - gap - smaller)
  const [below, above] = allowed < refused ? [smaller, larger] : [larger, smaller]
  return {
    allowed: { y: height - below, height: below },
    refused: { y: height - below - gap - above, height: above },
  }
}
