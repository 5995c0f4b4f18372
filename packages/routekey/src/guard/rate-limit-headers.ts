import type { RateLimit } from './denial.ts'

// RFC 9110 §5.6.4 and RFC 9651 §3.3.3 use the same escapes.
export const quote = (text: string) => `"${text.replaceAll(/(?=[\\"])/g, '\\')}"`

export const wholeSeconds = (seconds: number) => String(Math.max(0, Math.ceil(seconds)))

/**
 * Writes the `RateLimit` and `RateLimit-Policy` fields of draft-ietf-httpapi-ratelimit-headers-11.
 *
 * @returns an empty object if there are no limits
 */
export function rateLimitHeaders(limits: readonly RateLimit[]): Record<string, string> {
  if (limits.length === 0) return {}
  const list = (item: (limit: RateLimit) => string) =>
    limits.map((limit) => `${quote(limit.name.replaceAll(/[^ -~]/g, '?'))};${item(limit)}`).join(', ')
  return {
    'ratelimit-policy': list((limit) => `q=${wholeSeconds(limit.quota)};w=${wholeSeconds(limit.windowSeconds)}`),
    ratelimit: list((limit) => `r=${Math.max(0, Math.floor(limit.remaining))};t=${wholeSeconds(limit.resetSeconds)}`),
  }
}
