import type { UsageBucket } from 'routekey'
import type { UsageRange } from './usage-bars.ts'

const full = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const share = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' })
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** Formats a count in full, `12,345`, or short, `12.3K`. */
export function countText(count: number, length: 'full' | 'short' = 'full'): string {
  return (length === 'full' ? full : short).format(count)
}

/** Formats a share in percent. It is `0%` only for nothing, and `100%` only for everything. */
export function shareText(part: number, whole: number): string {
  if (part > 0 && part / whole < 0.001) return 'under 0.1%'
  if (part < whole && part / whole > 0.999) return 'over 99.9%'
  return share.format(whole === 0 ? 0 : part / whole)
}

/** Formats an hour or a day: `Nov 23, 14:00 UTC`, `Nov 23`. */
export function bucketName(startsAt: Date, unit: UsageRange['unit']): string {
  return unit === 'hour' ? `${day.format(startsAt)}, ${clock.format(startsAt)} UTC` : day.format(startsAt)
}

/** Describes a bar with all its values. */
export function barName({ startsAt, allowed, refused }: UsageBucket, unit: UsageRange['unit']): string {
  const counts = allowed + refused === 0 ? 'no requests' : countsText({ allowed, refused })
  return `${bucketName(startsAt, unit)}: ${counts}`
}

/** Formats the allowed and refused counts. */
export function countsText({ allowed, refused }: { allowed: number; refused: number }): string {
  return `${full.format(allowed)} allowed, ${full.format(refused)} refused`
}

/** Chooses the bars that get a label: one each quarter of a day or each week, as fits a phone, and the last one. */
export function tickIndexes({ unit, count }: UsageRange): number[] {
  const step = unit === 'hour' ? 6 : 7
  const regular = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
  // Without labels that are too close to the last one.
  return [...regular.filter((index) => count - 1 - index > step / 2), count - 1]
}

/** Formats the label of a bar, as short as possible. */
export function tickText(startsAt: Date | undefined, unit: UsageRange['unit']): string {
  if (startsAt === undefined) return ''
  return (unit === 'hour' ? clock : day).format(startsAt)
}
