/**
 * Creates a `fetch` with a timeout. By default, it waits as long as the server keeps the connection open. It follows no redirect,
 * because that would take a key to an address that nobody has configured: it rejects with the cause `unexpected redirect`.
 *
 * @param timeoutMs for the whole exchange, including the body
 */
export function fetchWithTimeout(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    return fetch(input, {
      ...init,
      redirect: 'error',
      signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
    })
  }
}
