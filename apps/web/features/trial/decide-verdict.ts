import type { Trial, TrialResponse } from './send-trial.ts'

/** Whether a route is secured, in a sentence. */
export interface Verdict {
  readonly tone: 'success' | 'warning' | 'destructive'
  readonly text: string
}

/**
 * Decides from the two responses whether a route is secured.
 *
 * @param withKey null if no key was tried
 */
export function decideVerdict(withoutKey: Trial, withKey: Trial | null): Verdict {
  if (withoutKey.outcome === 'unreachable') return { tone: 'warning', text: `No result. ${withoutKey.problem}` }
  const { status } = withoutKey
  if (status < 400) return { tone: 'destructive', text: `Open: ${status} without a key. Anyone can call this route.` }
  if (status !== 401) {
    return { tone: 'warning', text: `Closed, but not as expected: ${status} without a key instead of 401.` }
  }
  if (withKey === null) return { tone: 'success', text: 'Secured: 401 without a key.' }
  if (withKey.outcome === 'unreachable') {
    return { tone: 'warning', text: `Secured: 401 without a key. No response with your key. ${withKey.problem}` }
  }
  const text = `Secured: 401 without a key, ${withKey.status} with your key.`
  return withKey.status < 400
    ? { tone: 'success', text }
    : { tone: 'warning', text: `${text} ${explainRefusal(withKey)}`.trim() }
}

function explainRefusal({ status, headers }: TrialResponse): string {
  const header = (name: string) => headers.find(([other]) => other === name)?.[1]
  switch (status) {
    case 401:
      return 'The key is unknown, expired, disabled or revoked.'
    case 403: {
      const scope = /error="insufficient_scope".*scope="([^"]+)"/.exec(header('www-authenticate') ?? '')?.[1]
      return scope === undefined
        ? 'The key is not allowed from your IP address.'
        : `The key is missing the scope ${scope}.`
    }
    case 429: {
      const seconds = Number(header('retry-after'))
      return `The key has reached its limit.${seconds > 0 ? ` Try again in ${seconds} s.` : ''}`
    }
    case 503:
      return 'Keys cannot be checked right now. Try again shortly.'
    default:
      return ''
  }
}
