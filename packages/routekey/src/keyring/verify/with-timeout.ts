import { RoutekeyError } from '../../errors.ts'

/**
 * Waits for work with a timeout. The work itself is not cancelled, and its later result is ignored.
 *
 * @param what Names the work at the start of the message.
 * @param isWrite Whether the work changes something, so that it may have done so although it failed.
 * @throws `ERR_STORE_UNAVAILABLE` with the error of the work, or a timeout, as `cause`.
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  what: string,
  work: () => Promise<Result>,
  isWrite = false,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let settled: { readonly value: Result } | undefined
  try {
    const result = Promise.resolve(work())
    result.then(
      (value) => (settled = { value }),
      () => undefined,
    )
    // A store in memory has answered by now, and a timer would take longer than its look-up.
    await Promise.resolve()
    if (settled) return settled.value
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no response within ${timeoutMs} ms`)), timeoutMs)
    })
    return await Promise.race([result, timeout])
  } catch (cause) {
    if (cause instanceof RoutekeyError) throw cause
    // The message of a driver can be logged. Its other properties may hold the parameters of the statement.
    const reason = cause instanceof Error ? cause.message : String(cause)
    const rest = isWrite ? ' It may have made its change.' : ''
    throw new RoutekeyError('ERR_STORE_UNAVAILABLE', `${what} failed: ${reason}.${rest}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
