const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

const units = [
  { unit: 'year', ms: 365 * 86_400_000 },
  { unit: 'month', ms: 30 * 86_400_000 },
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const

/** Formats an instant relative to now, in the largest unit that fits: "3 hours ago", "in 2 days", "just now". */
export function formatRelative(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime()
  const fitting = units.find((unit) => Math.abs(ms) >= unit.ms)
  if (fitting === undefined) return ms > 0 ? 'in under a minute' : 'just now'
  // Towards zero: 59 minutes are not an hour.
  return format.format(Math.trunc(ms / fitting.ms), fitting.unit)
}
