import 'server-only'
import { type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { redact } from './redact.ts'

const options: LoggerOptions = {
  base: null,
  messageKey: 'event',
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }), log: redact },
}
// The stream is looked up for each line, so that a test or a host can replace it.
const toStdout = pino(options, { write: (line: string) => process.stdout.write(line) })
const toStderr = pino(options, { write: (line: string) => process.stderr.write(line) })

/**
 * Writes one line of JSON: errors to stderr, the rest to stdout.
 *
 * @param event the name of the event, as `area.thing_done`
 * @param fields details. Never pass a secret, an email address or a URL with a query; they are redacted as a last resort
 */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown> = {}): void {
  const logger = level === 'error' ? toStderr : toStdout
  logger[level](fields, event)
}

/**
 * Describes a thrown value for the log, including its causes, where `fetch` keeps the reason. From an object that is not an
 * `Error`, such as a database error, it uses only the message, because details can quote a row.
 */
export function describeError(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause === undefined ? '' : ` (${describeError(error.cause)})`
    return `${error.name}: ${error.message}${cause}`
  }
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return typeof error === 'string' ? error : 'unknown error'
}
