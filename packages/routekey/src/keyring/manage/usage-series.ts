import type { UsageBucket } from '../model/key-record.ts'

const unitMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Returns the start of the hour or day, UTC, that is so many before the current one. */
export function bucketStart(now: Date, unit: 'hour' | 'day', back = 0): Date {
  return new Date((Math.floor(now.getTime() / unitMs[unit]) - back) * unitMs[unit])
}

/** Adds the hours or days without use, so that a chart has one value for each, the current one last. */
export function fillUsage(
  buckets: readonly UsageBucket[],
  now: Date,
  unit: 'hour' | 'day',
  count: number,
): readonly UsageBucket[] {
  return Array.from({ length: count }, (_, index) => {
    const startsAt = bucketStart(now, unit, count - 1 - index)
    const bucket = buckets.find((other) => other.startsAt.getTime() === startsAt.getTime())
    return bucket ?? { startsAt, allowed: 0, refused: 0 }
  })
}
