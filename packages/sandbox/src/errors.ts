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

/** The seed file failed and was rolled back; `cause` is the database's error. */
export class SeedError extends SandboxError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_SANDBOX_SEED', message, options)
  }
}

/** Another process listens on a port that the sandbox needs. Nothing was started. */
export class PortInUseError extends SandboxError {
  readonly port: number
  /** The environment variable that changes the port. */
  readonly variable: string

  constructor(port: number, variable: string, options?: ErrorOptions) {
    super(
      'ERR_SANDBOX_PORT_IN_USE',
      `Port ${port} is in use. Stop what listens there, or set ${variable} to another port.`,
      options,
    )
    this.port = port
    this.variable = variable
  }
}

/** A running sandbox has the data directory. */
export class DirectoryInUseError extends SandboxError {
  readonly pid: number

  constructor(dir: string, pid: number) {
    super(
      'ERR_SANDBOX_DIRECTORY_IN_USE',
      `A sandbox is already running in ${dir} (process ${pid}). Stop it, or set SANDBOX_DIR to another directory.`,
    )
    this.pid = pid
  }
}

/** The environment asks for something that cannot be: a variable is missing, malformed, or belongs to another server. */
export class EnvironmentError extends SandboxError {
  /** The variable to mend. */
  readonly variable: string

  constructor(variable: string, message: string) {
    super('ERR_SANDBOX_ENVIRONMENT', message)
    this.variable = variable
  }
}
