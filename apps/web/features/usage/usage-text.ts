import type { UsageBucket } from 'routekey'
import type { UsageRange } from './usage-bars.ts'

const full = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const share = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' })
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** Writes a number out, `12,345`, or `12.3K` where there is little room. */
export function countText(count: number, length: 'full' | 'short' = 'full'): string {
  return (length === 'full' ? full : short).format(count)
}

/** Says how much of the whole a part is; never `0%` of what is there, nor `100%` of what is not all. */
export function shareText(part: number, whole: number): string {
  if (part > 0 && part / whole < 0.001) return 'under 0.1%'
  if (part < whole && part / whole > 0.999) return 'over 99.9%'
  return share.format(whole === 0 ? 0 : part / whole)
}

/** Names an hour or a day: `Nov 23, 14:00 UTC`, `Nov 23`. */
export function bucketName(startsAt: Date, unit: UsageRange['unit']): string {
  return unit === 'hour' ? `${day.format(startsAt)}, ${clock.format(startsAt)} UTC` : day.format(startsAt)
}

/** Says all that a bar tells. */
export function barName({ startsAt, allowed, refused }: UsageBucket, unit: UsageRange['unit']): string {
  const counts = allowed + refused === 0 ? 'no requests' : countsText({ allowed, refused })
  return `${bucketName(startsAt, unit)}: ${counts}`
}

/** Says how many were allowed and refused. */
export function countsText({ allowed, refused }: { allowed: number; refused: number }): string {
  return `${full.format(allowed)} allowed, ${full.format(refused)} refused`
}

/** Chooses which bars are named below the axis: each quarter of a day or each week, as many as fit a telephone, and the last. */
export function tickIndexes({ unit, count }: UsageRange): number[] {
  const step = unit === 'hour' ? 6 : 7
  const regular = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
  // One that would stand too close to the last gives way to it.
  return [...regular.filter((index) => count - 1 - index > step / 2), count - 1]
}

/** Names a bar below the axis, in little room. */
export function tickText(startsAt: Date | undefined, unit: UsageRange['unit']): string {
  if (startsAt === undefined) return ''
  return (unit === 'hour' ? clock : day).format(startsAt)
}
