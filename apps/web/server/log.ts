import 'server-only'
import { type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { redact } from './redact.ts'

const options: LoggerOptions = {
  base: null,
  messageKey: 'event',
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }), log: redact },
}
// Looked up at each line: what a test or a host puts in the stream's place gets the line.
const toStdout = pino(options, { write: (line: string) => process.stdout.write(line) })
const toStderr = pino(options, { write: (line: string) => process.stderr.write(line) })

/**
 * Writes one line of JSON: errors to stderr, the rest to stdout.
 *
 * @param event what happened, as `area.thing_done`
 * @param fields details; never a secret, an e-mail address or a URL with its query, which are taken out all the same
 */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown> = {}): void {
  const logger = level === 'error' ? toStderr : toStdout
  logger[level](fields, event)
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
