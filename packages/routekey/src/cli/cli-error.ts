/** What the command line will not do, with the reason for the person at the terminal; it never holds a secret. */
export class Refusal extends Error {
  readonly exitCode: 1 | 2

  /** @param exitCode 1 when the situation forbids it, 2 when the arguments are wrong. */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'Refusal'
    this.exitCode = exitCode
  }
}
