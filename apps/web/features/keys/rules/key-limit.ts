import type { KeyLimit } from 'routekey'
import * as z from 'zod/mini'
import { maximumQuota } from './key-rules.ts'

const windowSeconds = { minute: 60, hour: 3600, day: 86_400 } as const

/** The error message for an invalid number of requests. */
export const quotaText = `Enter a whole number from 1 to ${maximumQuota.toLocaleString('en')}.`

/** The two form fields for the limit of a key. Check them with {@link isLimit} as well. */
export const limitShape = {
  window: z.enum(['none', 'minute', 'hour', 'day'], 'Choose a limit.'),
  quota: z.optional(z.string(quotaText)),
}

interface LimitForm {
  readonly window: 'none' | keyof typeof windowSeconds
  readonly quota?: string | undefined
}

/** Whether the number is valid. Without a limit, any number is. */
export function isLimit({ window, quota }: LimitForm): boolean {
  if (window === 'none') return true
  return quota !== undefined && /^[1-9]\d{0,6}$/.test(quota.trim()) && Number(quota) <= maximumQuota
}

/** Turns the two checked fields into limits for the keyring. */
export function toLimits({ window, quota }: LimitForm): KeyLimit[] {
  return window === 'none' ? [] : [{ name: window, quota: Number(quota), windowSeconds: windowSeconds[window] }]
}

/** Returns the two fields for the limits of a key, or no fields if they cannot express the limits. */
export function limitValues(limits: readonly KeyLimit[]): Partial<Record<string, string>> {
  const [limit] = limits
  if (limit === undefined || limits.length > 1) return {}
  for (const [window, seconds] of Object.entries(windowSeconds)) {
    if (seconds === limit.windowSeconds) return { window, quota: String(limit.quota) }
  }
  return {}
}
