import type { KeyLimit } from 'routekey'
import * as z from 'zod/mini'
import { maximumQuota } from './key-rules.ts'

const windowSeconds = { minute: 60, hour: 3600, day: 86_400 } as const

/** Says what is wrong with the number of requests. */
export const quotaText = `Enter a whole number from 1 to ${maximumQuota.toLocaleString('en')}.`

/** The two fields of a form that ask for the limit of a key. Check them with {@link isLimit}, too. */
export const limitShape = {
  window: z.enum(['none', 'minute', 'hour', 'day'], 'Choose a limit.'),
  quota: z.optional(z.string(quotaText)),
}

interface LimitForm {
  readonly window: 'none' | keyof typeof windowSeconds
  readonly quota?: string | undefined
}

/** Tells whether the number is one; it does not matter where there is no limit. */
export function isLimit({ window, quota }: LimitForm): boolean {
  if (window === 'none') return true
  return quota !== undefined && /^[1-9]\d{0,6}$/.test(quota.trim()) && Number(quota) <= maximumQuota
}

/** Makes of the two fields, once they were checked, what the keyring takes. */
export function toLimits({ window, quota }: LimitForm): KeyLimit[] {
  return window === 'none' ? [] : [{ name: window, quota: Number(quota), windowSeconds: windowSeconds[window] }]
}

/** Fills the two fields with the limits of a key; those that they cannot say are left for their user to say anew. */
export function limitValues(limits: readonly KeyLimit[]): Partial<Record<string, string>> {
  const [limit] = limits
  if (limit === undefined || limits.length > 1) return {}
  for (const [window, seconds] of Object.entries(windowSeconds)) {
    if (seconds === limit.windowSeconds) return { window, quota: String(limit.quota) }
  }
  return {}
}
