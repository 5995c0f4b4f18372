import { RoutekeyError } from '../errors.ts'

/** Calls a function of the database with one JSON document, and returns its result. It throws if the call fails. */
export type CallFunction = (name: string, input: object) => Promise<unknown>

// The request was never sent: no address, no connection, or none from the pool of `pg`.
const unsent =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT)\b|timeout exceeded when trying to connect|after calling end on the pool/
// A code of PostgreSQL (SQLSTATE) or of PostgREST: the transaction was rolled back, or never began.
const refused = /^(?:(?=.*\d)[0-9A-Z]{5}|PGRST\d+)$/
// Codes of PostgreSQL that leave open whether it committed: a lost connection, and the end of a session or of the server.
const unknown = /^(?:08(?!00[14])|40003|57P0[12])/

interface Failure {
  readonly code: string
  readonly message: string
  readonly details: string
}

/** Lists an error and its causes. `AggregateError` has one for each address of a host. */
function listFailures(error: unknown): readonly Failure[] {
  if (typeof error !== 'object' || error === null) return []
  const read = (name: string) => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? value : ''
  }
  const errors: unknown = Reflect.get(error, 'errors')
  return [
    { code: read('code'), message: read('message'), details: read('details') },
    ...listFailures(Reflect.get(error, 'cause')),
    ...(Array.isArray(errors) ? errors.flatMap(listFailures) : []),
  ]
}

/** Tells whether a code is the answer of a database that works, and not the end of a connection. */
export const isRefusal = (code: string): boolean => refused.test(code) && !unknown.test(code)

const changedNothing = ({ code, message, details }: Failure) =>
  isRefusal(code) || unsent.test(`${code} ${message} ${details}`)

/** Wraps calls. An error after which it is certain that nothing has changed becomes one that gives only the reason. */
export function settleFailures(what: string, call: CallFunction): CallFunction {
  return async (name, input) => {
    try {
      return await call(name, input)
    } catch (cause) {
      const failures = listFailures(cause)
      if (cause instanceof RoutekeyError || !failures.some(changedNothing)) throw cause
      // The innermost, because the message of a query builder has the statement and its parameters instead of the reason.
      const { message = '', code = '' } = failures.findLast((failure) => failure.message !== '') ?? {}
      throw new RoutekeyError('ERR_STORE_UNAVAILABLE', `${what} failed: ${message || code}.`, { cause })
    }
  }
}
