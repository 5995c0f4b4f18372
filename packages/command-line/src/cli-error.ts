/**
 * 0 done; 1 the command ran and the answer is no, or something is left to do; 2 wrong usage or configuration; 3 a service,
 * such as the database, does not answer.
 */
export type ExitCode = 0 | 1 | 2 | 3

/** Ends a command. The message is for the person at the terminal, and never holds a secret. */
export class CliError extends Error {
  readonly exitCode: Exclude<ExitCode, 0>

  constructor(message: string, exitCode: Exclude<ExitCode, 0>, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
