import { RoutekeyError } from '../../errors.ts'

/**
 * Waits for work with a timeout. The work itself is not cancelled, and its later result is ignored.
 *
 * @param what Names the work at the start of the message.
 * @throws `ERR_STORE_UNAVAILABLE` with the error of the work, or a timeout, as `cause`.
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no response within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work(), timeout])
  } catch (cause) {
    if (cause instanceof RoutekeyError) throw cause
    // The message of a driver can be logged. Its other properties may hold the parameters of the statement.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RoutekeyError('ERR_STORE_UNAVAILABLE', `${what} failed: ${reason}. A write may still have succeeded.`, {
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}
