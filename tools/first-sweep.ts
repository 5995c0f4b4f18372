/**
 * Does now what would wait for the sandbox's timer: users may have signed up while the application was down. What it does not
 * get done, the timer does, so it never fails.
 *
 * @param options.appUrl where the application answers
 * @param options.cronSecret the key of the route
 * @param options.timeoutMs how long to wait; 5 seconds by default. The sweep itself goes on.
 * @param options.log hears, in one line, why it was not done
 */
export async function sweepFirst(options: {
  appUrl: string
  cronSecret: string
  timeoutMs?: number
  log: (line: string) => void
}): Promise<void> {
  const { appUrl, cronSecret, timeoutMs = 5_000, log } = options
  try {
    const response = await fetch(`${appUrl}/api/sync-stripe-customers`, {
      headers: { authorization: `Bearer ${cronSecret}` },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) log(`The first sweep answered ${response.status}; it is tried again every 15 seconds.`)
  } catch (error) {
    const isSlow = error instanceof Error && error.name === 'TimeoutError'
    log(
      isSlow
        ? 'The first sweep takes longer; it goes on in the background.'
        : 'The first sweep got no answer; it is tried again every 15 seconds.',
    )
  }
}
