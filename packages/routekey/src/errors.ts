import { type ErrorCode, errors } from './codes.ts'

/**
 * The one class of everything that Routekey throws: configuration, programmer and infrastructure faults. A refused request
 * is never an error but a denial.
 *
 * @example
 * import { RoutekeyError } from 'routekey'
 *
 * if (error instanceof RoutekeyError && error.code === 'ERR_KEY_PREFIX') …
 */
export class RoutekeyError extends Error {
  readonly code: ErrorCode

  /** @param detail What went wrong, without a full stop; it must not hold a key. The remedy is added from the table. */
  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(`${detail}. ${errors[code].remedy} [${code}]`, options)
    this.name = 'RoutekeyError'
    this.code = code
  }
}
