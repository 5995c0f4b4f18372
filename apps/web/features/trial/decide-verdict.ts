import type { TrialResponse, Trial } from './send-trial.ts'

/** Whether a route is secured, in a sentence. */
export interface Verdict {
  readonly tone: 'success' | 'warning' | 'destructive'
  readonly text: string
}

/**
 * Decides from the two answers whether a route is secured.
 *
 * @param withKey null when no key was tried
 */
export function decideVerdict(withoutKey: Trial, withKey: Trial | null): Verdict {
  if (withoutKey.outcome === 'unreachable') return { tone: 'warning', text: `No verdict. ${withoutKey.problem}` }
  const { status } = withoutKey
  if (status < 400) return { tone: 'destructive', text: `Open: without a key ${status}. Anyone can call this route.` }
  if (status !== 401) {
    return { tone: 'warning', text: `Closed, but not as expected: without a key ${status} in place of 401.` }
  }
  if (withKey === null) return { tone: 'success', text: 'Secured: without a key 401.' }
  if (withKey.outcome === 'unreachable') {
    return { tone: 'warning', text: `Secured: without a key 401. With your key, no answer. ${withKey.problem}` }
  }
  const text = `Secured: without a key 401, with your key ${withKey.status}.`
  return withKey.status < 400
    ? { tone: 'success', text }
    : { tone: 'warning', text: `${text} ${remedy(withKey)}`.trim() }
}

function remedy({ status, headers }: TrialResponse): string {
  const header = (name: string) => headers.find(([other]) => other === name)?.[1]
  switch (status) {
    case 401:
      return 'The key is unknown, expired, disabled or revoked.'
    case 403: {
      const scope = /error="insufficient_scope".*scope="([^"]+)"/.exec(header('www-authenticate') ?? '')?.[1]
      return scope === undefined
        ? 'The key does not allow this from your address.'
        : `The key lacks the scope ${scope}.`
    }
    case 429: {
      const seconds = Number(header('retry-after'))
      return `The key’s limit is used up.${seconds > 0 ? ` Try again in ${seconds} s.` : ''}`
    }
    case 503:
      return 'Keys cannot be checked at the moment. Try again shortly.'
    default:
      return ''
  }
}
