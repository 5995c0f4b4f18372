/** What a command gets from the process, so that tests can give it something else. */
export interface Terminal {
  /** The directory in which relative paths start. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Writes a result to stdout, as it is. */
  readonly print: (text: string) => void
  /** Writes a message to stderr, as one line. It never gets a secret. */
  readonly say: (message: string) => void
}

/** Creates the terminal of a process. */
export const createTerminal = (from: NodeJS.Process): Terminal => ({
  cwd: from.cwd(),
  env: from.env,
  print: (text) => from.stdout.write(text),
  say: (message) => from.stderr.write(`${message}\n`),
})
