import type { AdapterErrorCode } from './adapter-error.ts'
import { type CoreErrorCode, remedies } from './remedies.ts'

/** The code of a thrown error. */
export type ErrorCode = CoreErrorCode | AdapterErrorCode

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
  constructor(code: CoreErrorCode, detail: string, options?: ErrorOptions)
  constructor(code: AdapterErrorCode, detail: string, options: ErrorOptions & { readonly remedy: string })
  constructor(code: ErrorCode, detail: string, options: ErrorOptions & { readonly remedy?: string } = {}) {
    const table: Partial<Record<ErrorCode, string>> = remedies
    super(`${detail}. ${options.remedy ?? table[code] ?? ''} [${code}]`, options)
    this.name = 'RoutekeyError'
    this.code = code
  }
}
