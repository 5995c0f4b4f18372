import type { TrialResponse } from './send-trial.ts'

const meanings: Readonly<Record<string, string | undefined>> = {
  200: 'The guard accepted the request, and the handler ran.',
  400: 'The request has two keys or a malformed key.',
  401: 'No valid key, so the handler did not run.',
  403: 'The key is valid, but it does not allow this.',
  404: 'The key is valid, but the resource was not found.',
  429: 'The key is valid, but it has reached its limit.',
  503: 'Keys cannot be checked right now, so every request is rejected.',
}

/** The statuses that a guarded route returns. */
export const guardStatuses = Object.keys(meanings)

/** Explains what a status says about the guard of a route. */
export function describeStatus(status: number): string {
  return meanings[status] ?? 'This status says nothing about the guard.'
}

const guardHeaders = [
  'www-authenticate',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'cache-control',
  'content-type',
]

/**
 * Splits the headers of a response, whose names `fetch` gives in lower case: first those about the guard, then the others by
 * name.
 */
export function sortHeaders(headers: TrialResponse['headers']): {
  first: TrialResponse['headers']
  others: TrialResponse['headers']
} {
  const first = guardHeaders.flatMap((name) => headers.filter(([other]) => other === name))
  const others = headers.filter(([name]) => !guardHeaders.includes(name))
  return { first, others: others.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

/** Indents a JSON body, and returns other bodies unchanged. */
export function formatBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    // Not JSON.
    return body
  }
}
