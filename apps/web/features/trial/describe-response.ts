import type { TrialResponse } from './send-trial.ts'

const meanings: Record<number, { phrase: string; meaning: string }> = {
  200: { phrase: 'OK', meaning: 'The guard let the request in, and the handler ran.' },
  400: { phrase: 'Bad Request', meaning: 'The key came twice, or in a form that no key has.' },
  401: { phrase: 'Unauthorized', meaning: 'No valid key, so the handler did not run.' },
  403: { phrase: 'Forbidden', meaning: 'The key is valid, but does not allow this.' },
  404: { phrase: 'Not Found', meaning: 'The key is valid, but what it asks for is not there.' },
  429: { phrase: 'Too Many Requests', meaning: 'The key is valid, but its limit is used up for now.' },
  503: { phrase: 'Service Unavailable', meaning: 'Keys cannot be checked at the moment, so no one is let in.' },
}

const unknown = { phrase: '', meaning: 'This says nothing about the guard.' }

/** Says what a status means for a guarded route. */
export function describeStatus(status: number): { phrase: string; meaning: string } {
  return meanings[status] ?? unknown
}

const interesting = [
  'www-authenticate',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'cache-control',
  'content-type',
]

/** Splits an answer's headers, whose names `fetch` gives in lower case: those that tell about the guard, in that order, and the others by name. */
export function sortHeaders(headers: TrialResponse['headers']): {
  first: TrialResponse['headers']
  others: TrialResponse['headers']
} {
  const first = interesting.flatMap((name) => headers.filter(([other]) => other === name))
  const others = headers.filter(([name]) => !interesting.includes(name))
  return { first, others: others.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

/** Indents a body where it is JSON, and leaves it alone where it is not. */
export function formatBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    // Not JSON: shown as it came.
    return body
  }
}
