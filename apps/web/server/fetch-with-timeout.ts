/**
 * Makes a `fetch` that gives up, because the default one waits for as long as the other end keeps the connection open.
 *
 * @param timeoutMs for the whole exchange, body included, in milliseconds
 */
export function fetchWithTimeout(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout })
  }
}
