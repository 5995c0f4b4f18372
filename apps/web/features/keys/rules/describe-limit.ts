import type { KeyLimit } from 'routekey'

const units = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const

const number = new Intl.NumberFormat('en')

/** Describes a limit: `1,000 requests per hour`, `1 request per 15 minutes`. */
export function describeLimit({ quota, windowSeconds }: Pick<KeyLimit, 'quota' | 'windowSeconds'>): string {
  return `${number.format(quota)} ${quota === 1 ? 'request' : 'requests'} per ${describeWindow(windowSeconds)}`
}

function describeWindow(windowSeconds: number): string {
  const fitting = units.find(({ seconds }) => windowSeconds % seconds === 0)
  if (fitting === undefined) return `${number.format(windowSeconds)} seconds`
  const count = windowSeconds / fitting.seconds
  return count === 1 ? fitting.unit : `${number.format(count)} ${fitting.unit}s`
}
