/**
 * Calls the sweep route once, because users may have signed up while the application was down. Never rejects: the sandbox's
 * timer calls the same route every 15 seconds.
 *
 * @param options.appUrl the URL of the application
 * @param options.cronSecret the key of the route
 * @param options.timeoutMs how long to wait; 5 seconds by default. The sweep itself continues.
 * @param options.log gets one line that says why the sweep did not succeed
 */
export async function sweepFirst(options: {
  appUrl: string
  cronSecret: string
  timeoutMs?: number
  log: (line: string) => void
}): Promise<void> {
  const { appUrl, cronSecret, timeoutMs = 5000, log } = options
  try {
    const response = await fetch(`${appUrl}/api/sync-stripe-customers`, {
      headers: { authorization: `Bearer ${cronSecret}` },
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) log(`The first sweep failed with status ${response.status}. It is repeated every 15 seconds.`)
  } catch (error) {
    const isSlow = error instanceof Error && error.name === 'TimeoutError'
    log(
      isSlow
        ? 'The first sweep takes longer. It continues in the background.'
        : 'The first sweep got no response. It is repeated every 15 seconds.',
    )
  }
}
