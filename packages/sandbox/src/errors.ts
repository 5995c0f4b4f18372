/** The base of every error that this package throws on purpose. `code` is stable; the message names the remedy. */
export class SandboxError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A migration failed and was rolled back; `cause` is the database's error. */
export class MigrationError extends SandboxError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_SANDBOX_MIGRATION', message, options)
  }
}
