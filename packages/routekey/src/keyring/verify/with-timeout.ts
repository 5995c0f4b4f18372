import { RoutekeyError } from '../../errors.ts'

/**
 * Waits for work, but not for longer than a time. The work goes on: what it still does or throws later is let go.
 *
 * @throws `ERR_STORE_UNAVAILABLE` when the time is over, or with what the work threw as its `cause`.
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new RoutekeyError(
            'ERR_STORE_UNAVAILABLE',
            `${what} did not answer within ${timeoutMs} ms. A write may still have succeeded.`,
          ),
        ),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([work(), timeout])
  } catch (cause) {
    if (cause instanceof RoutekeyError) throw cause
    // The message of a driver may be logged; its other properties may hold the parameters of the statement.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RoutekeyError('ERR_STORE_UNAVAILABLE', `${what} failed: ${reason}. A write may still have succeeded.`, {
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}
