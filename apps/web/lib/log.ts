import 'server-only'

/**
 * Writes one line of JSON: errors to stderr, the rest to stdout.
 *
 * @param event what happened, as `area.thing_done`
 * @param fields details; never a secret, an e-mail address or a URL with its query
 */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown> = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })
  const stream = level === 'error' ? process.stderr : process.stdout
  stream.write(`${line}\n`)
}

/**
 * Turns what was thrown into the text for a log line, with its causes: `fetch` keeps the reason there. Of an error that
 * is no `Error`, such as the database's, it takes the message alone, because details can quote a row.
 */
export function describeError(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause === undefined ? '' : ` (${describeError(error.cause)})`
    return `${error.name}: ${error.message}${cause}`
  }
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return typeof error === 'string' ? error : 'unknown error'
}
