/** Why an audit cannot run. */
export type AuditErrorCode =
  /** The directory is missing, or has no application with a handler. */
  | 'ERR_AUDIT_NOTHING_FOUND'
  /** A configuration file or a baseline is not what it should be. */
  | 'ERR_AUDIT_INVALID_CONFIGURATION'

/** What an audit throws. The message says what to change. */
export class AuditError extends Error {
  readonly code: AuditErrorCode

  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AuditError'
    this.code = code
  }
}
