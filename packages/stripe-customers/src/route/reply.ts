/** A response, before a framework sends it. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const titles = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const

/** Creates a reply that no cache stores. */
export function createReply(body: unknown): Reply {
  return { status: 200, headers: { 'cache-control': 'no-store', 'content-type': 'application/json' }, body }
}

/**
 * Creates a problem as RFC 9457 defines it.
 *
 * @param detail says what is wrong and how to fix it; it is public
 * @param headers additional headers, such as `retry-after`
 */
export function createProblem(
  status: keyof typeof titles,
  detail: string,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' },
    body: { type: 'about:blank', title: titles[status], status, detail },
  }
}
