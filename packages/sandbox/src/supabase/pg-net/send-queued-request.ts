import type { NetResponse, QueuedRequest } from './net-queue.ts'

const withoutResponse = { statusCode: null, headers: null, content: null }

/** Sends a request once, and returns the response or the error for the response table. It does not throw. */
export async function sendQueuedRequest(
  request: QueuedRequest,
  send: typeof fetch,
  stopped: AbortSignal,
): Promise<NetResponse> {
  const timeout = AbortSignal.timeout(request.timeout_milliseconds)
  try {
    const response = await send(request.url, {
      method: request.method.toUpperCase(),
      headers: createHeaders(request.headers ?? {}),
      body: request.body,
      signal: AbortSignal.any([timeout, stopped]),
    })
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      content: await response.text(),
      isTimedOut: false,
      error: null,
    }
  } catch (error) {
    if (timeout.aborted) {
      const message = `Timeout of ${request.timeout_milliseconds} ms reached`
      return { ...withoutResponse, isTimedOut: true, error: message }
    }
    const message = stopped.aborted ? 'The worker was stopped' : describeError(error)
    return { ...withoutResponse, isTimedOut: false, error: message }
  }
}

function createHeaders(values: Record<string, string>): Headers {
  try {
    return new Headers({ 'user-agent': 'pg_net (sandbox)', ...values })
  } catch {
    // The original message quotes the value, which can be a secret.
    throw new TypeError('A header has an invalid name or value')
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // `fetch` throws "fetch failed" with the reason as cause. The cause of a refused connection has only a code.
  const { cause } = error
  if (cause instanceof Error) return cause.message || ('code' in cause ? String(cause.code) : cause.name)
  return error.message
}
