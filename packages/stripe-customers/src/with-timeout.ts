/** What ends the wait early. Default: nothing. */
export interface Limits {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits for `work` until `timeoutMs` have passed or `signal` aborts, and then rejects. It does not stop the work itself.
 *
 * @throws the reason of `signal`, or an error that names the timeout
 */
export async function withTimeout<T>(work: Promise<T>, { timeoutMs, signal }: Limits): Promise<T> {
  const settled = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: settled.signal })
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => reject(new Error(`No complete response within ${timeoutMs} ms.`)), timeoutMs)
    }
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
    // A signal may live as long as the process. Without this it would keep the listener of every call.
    settled.abort()
  }
}
