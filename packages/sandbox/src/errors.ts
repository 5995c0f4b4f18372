/** The codes of {@link SandboxError}. */
export type SandboxErrorCode =
  | 'ERR_SANDBOX_DATABASE'
  | 'ERR_SANDBOX_DIRECTORY_IN_USE'
  | 'ERR_SANDBOX_ENVIRONMENT'
  | 'ERR_SANDBOX_ENV_FILE'
  | 'ERR_SANDBOX_MIGRATION'
  | 'ERR_SANDBOX_PORT_IN_USE'
  | 'ERR_SANDBOX_SEED'

/** A problem that the person who starts the sandbox can fix. The message says how, and holds no secret. */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SandboxError'
    this.code = code
  }
}
